//! Texts in, their normal form out: one code a character, and the way back to every original character.
//!
//! The steps are those of `khsearch.khmer.text.normalize`, text by text. The first reads characters and does what looks
//! at the one before alone; the second looks for what the other steps would change, which few texts have.

use super::characters::{
    is_base, read, Characters, Class, Read, Unmet, BA, COENG, DA, DELETED, END, LETTER, LLA, POINTS, TA, TO,
};
use super::halves;
use super::marks;
use super::numbers;
use super::signs::{self, Signs};
use crate::threads::side_by_side;

const GIVE_PLAIN: [u8; 3] = [0xA2, 0xC4, 0x99];
const GIVE: [u8; 3] = [0xB1, COENG, 0x99];
const WITH_AA: u8 = 0xA4;
const LIGATURE: u8 = 0xA8;

/// Bytes from which on a batch is worth a second thread.
const LARGE: usize = 100_000;

/// A batch of texts in normal form.
pub struct Normal {
    /// One code a character, END before, between and after the texts.
    pub codes: Vec<u8>,
    /// For every code, the place that it comes from in the originals: texts with one character before, between and
    /// after them.
    pub origin: Vec<u32>,
    /// Whether U+17A8 stands in a text, one character that two clusters come from.
    pub has_ligature: bool,
    /// Whether every character was kept in its place.
    pub is_kept: bool,
    /// Whether no code comes from before one that is before it.
    pub is_rising: bool,
    /// The characters outside ASCII and the Khmer block that stand in a batch, as bits; None where nobody looked.
    pub others: Option<Vec<u64>>,
}

impl Normal {
    /// Normalise one text, in UTF-8, a surrogate being three bytes.
    pub fn of(characters: &Characters, text: &[u8]) -> Result<Normal, Unmet> {
        let mut made = Made::new(characters, text.len());
        made.border();
        made.text(text, 0, usize::MAX);
        made.finished()
    }

    /// Normalise texts that stand in UTF-8 with one character before, between and after them: how many characters each
    /// has. Characters that are missing are as if a text ended before.
    pub fn of_all(characters: &Characters, joined: &[u8], lengths: &[usize]) -> Result<Normal, Unmet> {
        let mut made = Made::of_batch(characters, joined.len());
        made.border();
        let at = behind(joined, 0);
        if joined.len() < LARGE {
            made.texts(joined, at, lengths);
            return made.finished();
        }
        let (count, characters_before) = halves::first_half(lengths);
        let (first, second) = lengths.split_at(count);
        let mut others = Made::of_batch(characters, joined.len() / 2);
        others.place = (characters_before as u32).wrapping_sub(1);
        others.border(); // once more: what stands before a text is looked at
        let middle = halves::place_of(joined, characters_before);
        side_by_side(|| others.texts(joined, middle, second), || made.texts(joined, at, first));
        made.extend(others);
        made.finished()
    }

    /// The characters outside ASCII and the Khmer block, rising, if somebody looked.
    pub fn met(&self) -> Option<Vec<u32>> {
        let ones = |(first, &bits): (u32, &u64)| (first..first + 64).filter(move |point| bits >> (point % 64) & 1 == 1);
        let points =
            |others: &Vec<u64>| (0..).step_by(64).zip(others).filter(|(_, &bits)| bits > 0).flat_map(ones).collect();
        self.others.as_ref().map(points)
    }

    /// Whether a letter outside ASCII and the Khmer block stands in a text.
    pub fn has_letters(&self) -> bool {
        self.codes.contains(&LETTER)
    }
}

fn behind(text: &[u8], at: usize) -> usize {
    read(text, at).map_or(at, |(_, next)| next)
}

struct Made<'a> {
    characters: &'a Characters,
    codes: Vec<u8>,
    origin: Vec<u32>,
    /// Place in the originals of the character that is read next.
    place: u32,
    has_ligature: bool,
    is_moved: bool,
    is_mended: bool,
    unmet: Vec<u32>,
    others: Option<Vec<u64>>,
    /// The text that is being read: END, its codes, END.
    text: Vec<u8>,
    signs: Signs,
}

impl<'a> Made<'a> {
    fn new(characters: &'a Characters, bytes: usize) -> Self {
        let room = bytes / 2 + 2;
        Made {
            characters,
            codes: Vec::with_capacity(room),
            origin: Vec::with_capacity(room),
            place: 0,
            has_ligature: false,
            is_moved: false,
            is_mended: false,
            unmet: Vec::new(),
            others: None,
            text: Vec::new(),
            signs: Signs::default(),
        }
    }

    /// For a batch, of which the characters outside ASCII and the Khmer block are kept in mind.
    fn of_batch(characters: &'a Characters, bytes: usize) -> Self {
        Made { others: Some(vec![0; POINTS / 64]), ..Made::new(characters, bytes) }
    }

    /// Normalise texts from a place on.
    fn texts(&mut self, joined: &[u8], mut at: usize, lengths: &[usize]) {
        for &length in lengths {
            at = self.text(joined, at, length);
            at = behind(joined, at);
        }
    }

    /// Let other texts follow, behind the border that they begin with.
    fn extend(&mut self, others: Made) {
        self.codes.extend_from_slice(others.codes.get(1..).unwrap_or(&[]));
        self.origin.extend_from_slice(others.origin.get(1..).unwrap_or(&[]));
        self.has_ligature |= others.has_ligature;
        self.is_moved |= others.is_moved;
        self.is_mended |= others.is_mended;
        self.unmet.extend(others.unmet);
        for (mine, theirs) in self.others.iter_mut().flatten().zip(others.others.iter().flatten()) {
            *mine |= theirs;
        }
    }

    fn finished(mut self) -> Result<Normal, Unmet> {
        self.unmet.sort_unstable();
        self.unmet.dedup();
        if !self.unmet.is_empty() {
            return Err(Unmet(self.unmet));
        }
        Ok(Normal {
            is_kept: !self.is_moved,
            is_rising: !self.is_mended || self.origin.windows(2).all(|pair| pair[0] <= pair[1]),
            codes: self.codes,
            origin: self.origin,
            has_ligature: self.has_ligature,
            others: self.others,
        })
    }

    /// Code of a character outside ASCII and the Khmer block, which is kept in mind.
    fn met(&mut self, point: u32) -> Option<u8> {
        if let Some(bits) = self.others.as_mut().and_then(|others| others.get_mut(point as usize / 64)) {
            *bits |= 1 << (point % 64);
        }
        self.characters.other(point)
    }

    /// What stands between two texts.
    fn border(&mut self) {
        self.codes.push(END);
        self.origin.push(self.place);
        self.place = self.place.wrapping_add(1);
    }

    /// Normalise so many characters from a place on, and the border behind them -> the place behind the characters.
    fn text(&mut self, text: &[u8], at: usize, length: usize) -> usize {
        let first = self.codes.len();
        self.text.clear();
        self.text.push(END);
        let at = self.encode(text, at, length);
        if is_unsettled(&self.text) {
            self.settle(first);
        }
        // A subscript DA becomes TA.
        let subscribed = self.text.iter().zip(&self.text[1..]);
        self.codes.extend(subscribed.map(|(&before, &code)| if (before == COENG) & (code == DA) { TA } else { code }));
        self.border();
        let seen = self.signs.look(&self.codes[first - 1..], self.characters);
        if seen != 0 {
            self.mend(first, seen);
        }
        at
    }

    /// Codes of characters, without those of other scripts that are invisible.
    fn encode(&mut self, text: &[u8], mut at: usize, length: usize) -> usize {
        let mut left = length;
        while left > 0 {
            let khmer = khmer_bytes(&text[at..]).min(left.saturating_mul(3));
            if khmer > 0 {
                let found = text[at..at + khmer].chunks_exact(3);
                let count = found.len();
                let characters = self.characters;
                self.text.extend(found.map(|char| characters.folded(0x80 | (char[1] & 1) << 6 | (char[2] & 0x3F))));
                self.origin.extend(self.place..self.place.wrapping_add(count as u32));
                self.place = self.place.wrapping_add(count as u32);
                at += khmer;
                left -= count;
                continue;
            }
            let (one, next) = match read(text, at) {
                Some(found) => found,
                None => break,
            };
            at = next;
            left -= 1;
            let place = self.place;
            self.place = place.wrapping_add(1);
            let code = match one {
                Read::Known(low) => self.characters.folded(low),
                Read::Other(point) => match self.met(point) {
                    Some(DELETED) => {
                        self.is_moved = true;
                        continue;
                    }
                    Some(code) => code,
                    None => {
                        self.unmet.push(point);
                        continue;
                    }
                },
            };
            self.text.push(code);
            self.origin.push(place);
        }
        at
    }

    /// Drop the inherent vowels and every coeng with nothing to subscribe, and write ligatures as two codes.
    fn settle(&mut self, first: usize) {
        self.is_moved = true;
        let origin = self.origin.split_off(first);
        let mut settled = vec![END];
        let mut push = |code: u8, place: u32| {
            if settled.last() == Some(&COENG) && !is_base(code) {
                settled.pop();
                self.origin.pop();
            }
            settled.push(code);
            self.origin.push(place);
        };
        for (&code, place) in self.text[1..].iter().zip(origin) {
            match code {
                DELETED => {}
                WITH_AA => {
                    push(0xA2, place);
                    push(0xB6, place);
                }
                LIGATURE => {
                    self.has_ligature = true;
                    push(0xA7, place);
                    push(0x80, place);
                }
                _ => push(code, place),
            }
        }
        if settled.last() == Some(&COENG) {
            settled.pop();
            self.origin.pop();
        }
        self.text = settled;
    }

    /// Mend what was seen in the text that begins at some place.
    fn mend(&mut self, first: usize, seen: u8) {
        if seen & signs::DISORDER != 0 {
            self.order_marks(first);
            self.drop_deleted(first);
            self.is_moved = true;
            self.is_mended = true;
        }
        if seen & (signs::DISORDER | signs::TO_BA) != 0 && self.mend_lla(first) {
            self.drop_deleted(first);
            self.is_moved = true;
        }
        if seen & (signs::DISORDER | signs::GIVE) != 0 {
            self.unify_give(first);
        }
        if seen & signs::NUMBER != 0 && numbers::join(&mut self.codes[first..]) {
            self.drop_deleted(first);
            self.is_moved = true;
        }
    }

    /// Put the marks of clusters in order. What goes is marked as deleted.
    fn order_marks(&mut self, first: usize) {
        let mut behind = first;
        for number in 0..self.signs.found().len() {
            let place = first + number;
            if place >= behind && self.signs.found()[number] & signs::DISORDER != 0 {
                behind = self.mend_cluster(first, place);
            }
        }
    }

    /// Mend the cluster around a place -> the place behind it.
    fn mend_cluster(&mut self, first: usize, place: usize) -> usize {
        let class = |at: usize| self.characters.class(self.codes[at]);
        let mut start = place;
        while start > first
            && (self.codes[start - 1] == COENG
                || (class(start) == Class::Mark && matches!(class(start - 1), Class::Base | Class::Mark)))
        {
            start -= 1;
        }
        let mut end = start + 1;
        while class(end) == Class::Mark || (self.codes[end - 1] == COENG && class(end) == Class::Base) {
            end += 1;
        }
        let found = marks::mended(self.characters, &self.codes[start..end]);
        let before: Vec<u32> = self.origin[start..end].to_vec();
        self.codes[start..end].fill(DELETED);
        for (at, (code, from)) in (start..end).zip(found) {
            self.codes[at] = code;
            self.origin[at] = before[from];
        }
        end
    }

    fn drop_deleted(&mut self, first: usize) {
        let mut to = first;
        for from in first..self.codes.len() {
            if self.codes[from] != DELETED {
                self.codes[to] = self.codes[from];
                self.origin[to] = self.origin[from];
                to += 1;
            }
        }
        self.codes.truncate(to);
        self.origin.truncate(to);
    }

    /// TO with a subscript BA is LLA.
    fn mend_lla(&mut self, first: usize) -> bool {
        let mut any = false;
        for at in first..self.codes.len().saturating_sub(2) {
            if self.codes[at..at + 3] == [TO, COENG, BA] && self.codes[at - 1] != COENG {
                self.codes[at] = LLA;
                self.codes[at + 1..at + 3].fill(DELETED);
                any = true;
            }
        }
        any
    }

    /// The longest spelling of "give" becomes the one of the normal form.
    fn unify_give(&mut self, first: usize) {
        for at in first..self.codes.len().saturating_sub(3) {
            if self.codes[at..at + 3] == GIVE_PLAIN
                && self.codes[at - 1] != COENG
                && self.characters.class(self.codes[at + 3]) != Class::Mark
            {
                self.codes[at..at + 3].copy_from_slice(&GIVE);
            }
        }
    }
}

/// How many bytes at the beginning are characters of the Khmer block, of three bytes each.
#[inline]
fn khmer_bytes(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some([0xE1, 0x9E | 0x9F, _]) = text.get(at..at + 3) {
        at += 3;
    }
    at
}

/// Whether a text, behind one END, has a coeng before no letter, or what `settle` drops or writes as two.
fn is_unsettled(text: &[u8]) -> bool {
    let odd = text.iter().zip(&text[1..]).fold(false, |odd, (&before, &code)| {
        let is_odd = (code == DELETED) | (code == WITH_AA) | (code == LIGATURE);
        odd | is_odd | ((before == COENG) & !is_base(code))
    });
    odd || text.last() == Some(&COENG)
}
