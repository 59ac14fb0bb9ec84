//! Texts in, their normal form out: one code a character, and the way back to every original character.
//!
//! The steps are those of `khsearch.khmer.text.normalize`, text by text. The first reads characters and does what looks
//! at the one before alone; the second looks for what the other steps would change, which few texts have.

use super::characters::{
    read, Characters, Class, Read, Unmet, BA, COENG, DA, DELETED, END, LETTER, LLA, TA, TO,
};
use super::marks::{self, Watch};
use super::numbers;

const GIVE_PLAIN: [u8; 3] = [0xA2, 0xC4, 0x99];
const GIVE: [u8; 3] = [0xB1, COENG, 0x99];

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
}

/// What the second step has seen and others have to mend.
#[derive(Default)]
struct Seen {
    gone: bool,
    to_ba: bool,
    give: bool,
    number: bool,
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
    pub fn of_all(
        characters: &Characters,
        joined: &[u8],
        lengths: &[usize],
    ) -> Result<Normal, Unmet> {
        let mut made = Made::new(characters, joined.len());
        let mut at = made.skip(joined, 0);
        for &length in lengths {
            at = made.text(joined, at, length);
            at = behind(joined, at);
        }
        made.finished()
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
    unmet: Vec<u32>,
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
            unmet: Vec::new(),
        }
    }

    fn finished(mut self) -> Result<Normal, Unmet> {
        self.unmet.sort_unstable();
        self.unmet.dedup();
        if !self.unmet.is_empty() {
            return Err(Unmet(self.unmet));
        }
        Ok(Normal {
            is_kept: self
                .origin
                .iter()
                .zip(0..)
                .all(|(&place, number)| place == number),
            is_rising: self.origin.windows(2).all(|pair| pair[0] <= pair[1]),
            codes: self.codes,
            origin: self.origin,
            has_ligature: self.has_ligature,
        })
    }

    fn skip(&mut self, joined: &[u8], at: usize) -> usize {
        self.border();
        behind(joined, at)
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
        let at = self.encode(text, at, length);
        if self.codes.len() > first && self.codes.last() == Some(&COENG) {
            self.pop();
        }
        self.border();
        let seen = self.look(first);
        self.mend(first, &seen);
        at
    }

    /// Codes of characters: without the invisible, with ligatures in two, and with every coeng before a letter.
    fn encode(&mut self, text: &[u8], mut at: usize, length: usize) -> usize {
        let mut left = length;
        let mut after_coeng = false;
        while left > 0 {
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
                Read::Other(point) => match self.characters.other(point) {
                    Some(code) => code,
                    None => {
                        self.unmet.push(point);
                        continue;
                    }
                },
            };
            let (code, second) = match code {
                DELETED => continue,
                0xA4 => (0xA2, 0xB6),
                0xA8 => {
                    self.has_ligature = true;
                    (0xA7, 0x80)
                }
                _ => (code, DELETED),
            };
            let code = if after_coeng {
                if super::characters::is_base(code) {
                    if code == DA {
                        TA
                    } else {
                        code
                    }
                } else {
                    self.pop();
                    code
                }
            } else {
                code
            };
            self.push(code, place);
            if second != DELETED {
                self.push(second, place);
            }
            after_coeng = code == COENG;
        }
        at
    }

    #[inline]
    fn push(&mut self, code: u8, place: u32) {
        self.codes.push(code);
        self.origin.push(place);
    }

    fn pop(&mut self) {
        self.codes.pop();
        self.origin.pop();
    }

    /// Put the marks of a text in order, and look what else of it has to be mended. What goes is marked as deleted.
    fn look(&mut self, first: usize) -> Seen {
        let mut seen = Seen::default();
        let mut watch = Watch::new(self.characters);
        let last = self.codes.len() - 1;
        let mut at = first;
        while at < last {
            let code = self.codes[at];
            let wrong = if self.characters.rank[usize::from(code)] == 0 {
                watch.pass();
                let before = self.codes[at - 1];
                if code == GIVE_PLAIN[2] {
                    seen.give |= before == GIVE_PLAIN[1] && self.codes[at - 2] == GIVE_PLAIN[0];
                } else if code.is_ascii_digit() {
                    seen.number |= numbers::is_separator(before);
                }
                false
            } else if code == COENG {
                let letter = self.codes[at + 1];
                seen.to_ba |= letter == BA && self.codes[at - 1] == TO;
                at += 1;
                watch.subscript(letter)
            } else {
                watch.mark(code, self.codes[at - 1], self.codes[at + 1])
            };
            at += 1;
            if wrong {
                at = self.mend_cluster(first, at - 1);
                watch.pass();
                seen = Seen {
                    gone: true,
                    to_ba: true,
                    ..seen
                };
            }
        }
        seen
    }

    /// Mend the cluster around a place -> the place behind it.
    fn mend_cluster(&mut self, first: usize, place: usize) -> usize {
        let class = |at: usize| self.characters.class(self.codes[at]);
        let mut start = place;
        while start > first
            && (self.codes[start - 1] == COENG
                || (class(start) == Class::Mark
                    && matches!(class(start - 1), Class::Base | Class::Mark)))
        {
            start -= 1;
        }
        let mut end = start + 1;
        while class(end) == Class::Mark
            || (self.codes[end - 1] == COENG && class(end) == Class::Base)
        {
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

    fn mend(&mut self, first: usize, seen: &Seen) {
        if seen.gone {
            self.drop_deleted(first);
        }
        if seen.to_ba && self.mend_lla(first) {
            self.drop_deleted(first);
        }
        if seen.give || seen.gone {
            self.unify_give(first);
        }
        if seen.number && numbers::join(&mut self.codes[first..]) {
            self.drop_deleted(first);
        }
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

impl Normal {
    /// Whether a letter outside ASCII and the Khmer block stands in a text.
    pub fn has_letters(&self) -> bool {
        self.codes.contains(&LETTER)
    }
}
