//! Other spellings of stretches of a typed text, as `khsearch.khmer.spelling.variants` has them.

use std::collections::HashMap;

use crate::analysis::atoms::Unit;
use crate::analysis::characters::LETTER;
use crate::analysis::lattice::Lattice;
use crate::analysis::lexicon::key_of;
use crate::analysis::Analysis;
use crate::planning::respelling::{may_be_respelled, repeated, ruled};
use crate::planning::typed::Typed;
use crate::planning::units::{edges_of, is_khmer, units_of};

const SHORT: usize = 2;
const MOST: usize = 1_000;
const CONTEXT: usize = 8;

/// Another spelling of a stretch of a typed text: its characters, and how sure it is the same.
#[derive(Clone)]
pub struct Alternative {
    pub start: usize,
    pub end: usize,
    pub spelling: String,
    pub weight: f64,
}

/// Groups of spellings.
pub struct Variants {
    spellings: Vec<String>,
    forms: Vec<Vec<u8>>,
    /// Numbers of the spellings in the order of their forms.
    ordered: Vec<u32>,
    /// Of a first unit, where forms begin and end in that order that begin with it.
    firsts: HashMap<Vec<u8>, (usize, usize)>,
    /// Number of each group's first spelling, and its weight.
    groups: Vec<(usize, f64)>,
}

/// First unit, last + 1, another spelling, its weight.
type Found = (usize, usize, String, f64);

impl Variants {
    /// Spellings of groups one after the other, their forms, and of each group how many it has and its weight.
    pub fn new(spellings: Vec<String>, forms: Vec<Vec<u8>>, groups: Vec<(usize, f64)>) -> Self {
        let mut ordered: Vec<u32> = (0..forms.len() as u32).collect();
        ordered.sort_by(|&a, &b| forms[a as usize].cmp(&forms[b as usize]).then(a.cmp(&b)));
        let mut firsts: HashMap<Vec<u8>, (usize, usize)> = HashMap::new();
        for (place, &number) in ordered.iter().enumerate() {
            if let Some(unit) = units_of(&forms[number as usize]).into_iter().next() {
                firsts.entry(unit).or_insert((place, place)).1 = place + 1;
            }
        }
        let mut first = 0;
        let groups = groups.into_iter().map(|(count, weight)| {
            first += count;
            (first - count, weight)
        });
        let groups = groups.collect();
        Variants { spellings, forms, ordered, firsts, groups }
    }

    /// Other spellings of stretches of a text. words: whose lexicon tells what a word is.
    pub fn alternatives(&self, typed: &Typed, words: &Analysis) -> Vec<Alternative> {
        let units = units_of(&typed.codes);
        let mut found = self.listed(&units, words);
        found.truncate(MOST);
        if may_be_respelled(&typed.codes, &units) {
            let mut listed = vec![false; units.len()];
            for &(first, end, _, weight) in &found {
                if weight == 1.0 {
                    listed[first..end].iter_mut().for_each(|is| *is = true);
                }
            }
            let lexicon = &words.lexicon;
            let mut more = ruled(&units, lexicon);
            more.truncate(MOST);
            let mut twice = repeated(&units, lexicon);
            twice.truncate(MOST);
            more.extend(twice.into_iter().filter(|item| is_whole(&units, item.0, item.1, None, words)));
            for (first, end, spelling) in more {
                if !listed[first..end].contains(&true) {
                    found.push((first, end, spelling, 1.0));
                }
            }
        }
        found.sort_by_key(|&(first, end, _, _)| (first, end));
        let edges = edges_of(&typed.codes);
        // The first code stands before the text.
        let place = |unit: usize| edges[unit] - 1;
        let each = found.into_iter().map(|(first, end, spelling, weight)| Alternative {
            start: place(first),
            end: place(end),
            spelling,
            weight,
        });
        each.collect()
    }

    /// Groups with a spelling that stands in the text.
    fn listed(&self, units: &[Vec<u8>], words: &Analysis) -> Vec<Found> {
        let mut found = Vec::new();
        let mut covered = 0;
        for first in 0..units.len() {
            for (end, numbers) in self.standing(units, first).into_iter().rev() {
                if end <= covered {
                    break;
                }
                let others = self.others(numbers);
                if others.is_empty() || !(end - first > SHORT || self.stands(units, first, end, &others, words)) {
                    continue;
                }
                for (number, weight) in others {
                    found.push((first, end, self.spellings[number].clone(), weight));
                    if weight == 1.0 {
                        covered = end;
                    }
                }
                break;
            }
        }
        found
    }

    /// Spellings that stand in a text from a unit on: behind which unit, the shortest first; their numbers.
    fn standing(&self, units: &[Vec<u8>], mut at: usize) -> Vec<(usize, &[u32])> {
        let mut found = Vec::new();
        let mut beginning = Vec::new();
        let mut range = match units.get(at).and_then(|unit| self.firsts.get(unit)) {
            Some(&(low, high)) => &self.ordered[low..high],
            None => return found,
        };
        while at < units.len() {
            beginning.extend_from_slice(&units[at]);
            at += 1;
            let form = |number: &u32| &self.forms[*number as usize][..];
            let low = range.partition_point(|number| form(number) < &beginning[..]);
            let begin = |number: &u32| form(number).starts_with(&beginning);
            let high = low + range[low..].partition_point(begin);
            range = &range[low..high];
            if range.is_empty() {
                break;
            }
            let same = range.partition_point(|number| form(number) <= &beginning[..]);
            if same > 0 {
                found.push((at, &range[..same]));
            }
        }
        found
    }

    /// The other spellings of some that are one to khsearch, each with its weight.
    fn others(&self, numbers: &[u32]) -> Vec<(usize, f64)> {
        let mut found: Vec<(usize, f64)> = Vec::new();
        let mut names: HashMap<&str, usize> = HashMap::new();
        for &number in numbers {
            let number = number as usize;
            let group = self.groups.partition_point(|&(first, _)| first <= number) - 1;
            let (first, weight) = self.groups[group];
            let end = self.groups.get(group + 1).map_or(self.spellings.len(), |next| next.0);
            for other in first..end {
                let name = &self.spellings[other][..];
                if name == self.spellings[number] {
                    continue;
                }
                match names.get(name) {
                    Some(&place) if weight > found[place].1 => found[place] = (other, weight),
                    Some(_) => {}
                    None if weight > 0.0 => {
                        names.insert(name, found.len());
                        found.push((other, weight));
                    }
                    None => {}
                }
            }
        }
        found
    }

    /// Whether a few clusters are a word where they stand, as typed or in another spelling.
    fn stands(&self, units: &[Vec<u8>], first: usize, end: usize, others: &[(usize, f64)], words: &Analysis) -> bool {
        let low = first.saturating_sub(CONTEXT);
        let around = &units[low..(end + CONTEXT).min(units.len())];
        let (first, end) = (first - low, end - low);
        is_whole(around, first, end, None, words)
            || others.iter().any(|&(number, _)| {
                let form = &self.forms[number];
                let units = units_of(form);
                !form.contains(&LETTER)
                    && units.iter().all(|unit| is_khmer(unit))
                    && is_whole(around, first, end, Some(&units), words)
            })
    }
}

/// Whether words begin and end at the edges of a stretch, as typed or in another form.
fn is_whole(units: &[Vec<u8>], first: usize, end: usize, form: Option<&[Vec<u8>]>, words: &Analysis) -> bool {
    if !is_khmer(&units[first]) {
        return true;
    }
    let middle = form.filter(|form| !form.is_empty()).unwrap_or(&units[first..end]);
    let (mut left, mut right) = (first, end);
    while left > 0 && first - left < CONTEXT && is_khmer(&units[left - 1]) {
        left -= 1;
    }
    while right < units.len() && right - end < CONTEXT && is_khmer(&units[right]) {
        right += 1;
    }
    let all = units[left..first].iter().chain(middle).chain(&units[end..right]);
    let run: Vec<Unit> = all.map(|unit| numbered(words.lexicon.number(unit, key_of(unit)))).collect();
    let mut begins = Vec::new();
    Lattice::default().break_run(&run, &words.lexicon, &mut begins);
    begins.push(run.len() as u32);
    let has = |place: usize| begins.contains(&(place as u32));
    has(first - left) && has(first - left + middle.len())
}

fn numbered(number: u32) -> Unit {
    Unit::of_number(number)
}
