//! Spans of bytes in, dense numbers out, equal for equal bytes: the terms of one field, numbered as they appear.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Ids beyond take no room in the table of ids; their terms are found by their bytes.
const MOST_IDS: usize = 1 << 21;

const NUMBER: u64 = (1 << 32) - 1;

/// The distinct terms of a field.
pub struct Terms {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Open addressing: the upper half of a term's hash, and its number + 1; 0 where nothing is.
    slots: Vec<u64>,
    hashed: usize,
    /// Number + 1 of the term of each id, 0 where nobody has said.
    by_id: Vec<u32>,
    seed: u64,
}

impl Terms {
    pub fn new() -> Self {
        // A seed of its own: nobody can write terms that all have one hash.
        let seed = RandomState::new().build_hasher().finish();
        Terms { bytes: Vec::new(), ends: Vec::new(), slots: vec![0; 1 << 10], hashed: 0, by_id: Vec::new(), seed }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of a term.
    pub fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends.get(number - 1).copied().unwrap_or(0) };
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or(&[])
    }

    /// The number of a term with an id: the caller's word is taken for it that they go together; 0 is no id.
    #[inline]
    pub fn number_of_id(&mut self, id: i32, term: &[u8]) -> u32 {
        match usize::try_from(id) {
            Ok(id @ 1..=MOST_IDS) => match self.by_id.get(id) {
                Some(&known) if known > 0 => known - 1,
                _ => self.number_of_new_id(id, term),
            },
            _ => self.number(term),
        }
    }

    fn number_of_new_id(&mut self, id: usize, term: &[u8]) -> u32 {
        if id >= self.by_id.len() {
            self.by_id.resize((id + 1).next_power_of_two(), 0);
        }
        let number = self.keep(term);
        if let Some(known) = self.by_id.get_mut(id) {
            *known = number + 1;
        }
        number
    }

    /// The number of a term, by its bytes.
    pub fn number(&mut self, term: &[u8]) -> u32 {
        let hash = xxh3_64_with_seed(term, self.seed);
        let mut at = self.home(hash);
        while self.slots[at] != 0 {
            let slot = self.slots[at];
            let number = (slot & NUMBER) as u32 - 1;
            if (slot ^ hash) >> 32 == 0 && self.get(number) == term {
                return number;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        let number = self.keep(term);
        self.slots[at] = hash & !NUMBER | u64::from(number + 1);
        self.hashed += 1;
        if self.hashed * 2 > self.slots.len() {
            self.grow();
        }
        number
    }

    /// Where a hash is looked for first. A slot keeps its upper half, so that is all that counts.
    fn home(&self, hash: u64) -> usize {
        (hash >> 32) as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        self.slots = vec![0; slots.len() * 2];
        for slot in slots.into_iter().filter(|&slot| slot != 0) {
            let mut at = self.home(slot);
            while self.slots[at] != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = slot;
        }
    }

    fn keep(&mut self, term: &[u8]) -> u32 {
        self.bytes.extend_from_slice(term);
        self.ends.push(self.bytes.len());
        (self.ends.len() - 1) as u32
    }

    /// Their numbers in the order of their bytes.
    pub fn in_order(&self) -> Vec<u32> {
        let mut keyed: Vec<(u64, u32)> =
            (0..self.count() as u32).map(|number| (first_eight(self.get(number)), number)).collect();
        // The first eight bytes nearly always decide.
        keyed.sort_unstable_by(|&(left, a), &(right, b)| {
            left.cmp(&right).then_with(|| self.get(a).cmp(self.get(b))).then(a.cmp(&b))
        });
        keyed.into_iter().map(|(_, number)| number).collect()
    }
}

/// The first eight bytes of a term as a number that sorts as they do, filled up with zeros.
pub fn first_eight(term: &[u8]) -> u64 {
    let mut eight = [0; 8];
    let size = term.len().min(8);
    eight[..size].copy_from_slice(&term[..size]);
    u64::from_be_bytes(eight)
}

#[cfg(test)]
mod tests {
    use super::Terms;

    #[test]
    fn equal_terms_have_one_number_and_order_is_that_of_bytes() {
        let mut terms = Terms::new();
        let words: Vec<Vec<u8>> = (0..5_000u32).map(|i| format!("{:x}", i * 7919 % 3001).into_bytes()).collect();
        let numbers: Vec<u32> = words.iter().map(|word| terms.number(word)).collect();
        assert_eq!(terms.count(), 3_001);
        for (word, &number) in words.iter().zip(&numbers) {
            assert_eq!(terms.get(number), &word[..]);
            assert_eq!(terms.number(word), number);
        }
        let ordered: Vec<&[u8]> = terms.in_order().into_iter().map(|number| terms.get(number)).collect();
        assert!(ordered.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn an_id_stands_for_its_term() {
        let mut terms = Terms::new();
        let first = terms.number_of_id(7, b"a");
        assert_eq!(terms.number_of_id(7, b"not looked at"), first);
        assert_eq!(terms.number_of_id(0, b"b"), terms.number_of_id(-5, b"b"));
        assert_eq!(terms.number_of_id(i32::MAX, b"c"), terms.number(b"c"));
        assert_eq!(terms.number(b""), terms.number_of_id(0, b""));
        assert_eq!(terms.count(), 4);
    }
}
