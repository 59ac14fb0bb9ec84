//! Bits of lists, in words of 64, and what is told of them without going through all.

/// The word of the eight bytes from one on; bytes that are not there are 0.
#[inline]
pub fn word_at(data: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    match data.get(at..at + 8) {
        Some(whole) => bytes.copy_from_slice(whole),
        None => {
            let rest = data.get(at..).unwrap_or(&[]);
            bytes[..rest.len()].copy_from_slice(rest);
        }
    }
    u64::from_le_bytes(bytes)
}

/// The word without the bits before one.
#[inline]
pub fn from_on(word: u64, bit: usize) -> u64 {
    if bit < 64 {
        word & (!0 << bit)
    } else {
        0
    }
}

/// Where the set bit stands before which `rank` others are set; there are more than `rank`. By bytes, whose sums are
/// added side by side (Vigna, "Broadword implementation of rank/select queries", 2008).
#[inline]
pub fn select(word: u64, rank: u32) -> u32 {
    let pairs = word - (word >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let bytes = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    let sums = bytes.wrapping_mul(0x0101_0101_0101_0101); // of each byte and those before it
    let mut byte = 0;
    while byte < 56 && (sums >> byte & 0xFF) as u32 <= rank {
        byte += 8;
    }
    let before = if byte == 0 { 0 } else { (sums >> (byte - 8) & 0xFF) as u32 };
    let mut rest = word >> byte;
    for _ in before..rank {
        rest &= rest.wrapping_sub(1);
    }
    byte + rest.trailing_zeros().min(63 - byte)
}

/// The set bits of some bytes from one bit on and before another, by number; and what is passed of them can be skipped.
#[derive(Clone, Copy)]
pub struct Ones {
    /// The bit at which the word begins; a multiple of 64.
    pub base: usize,
    /// Bits of the word that are not passed.
    pub word: u64,
    pub end: usize,
}

impl Ones {
    /// Those of `data` from a bit on.
    pub fn new(data: &[u8], start: usize, end: usize) -> Self {
        let base = start & !63;
        let mut ones = Ones { base, word: 0, end };
        ones.word = from_on(ones.load(data), start & 63);
        ones
    }

    /// The whole word, without bits behind the end.
    #[inline]
    fn load(&self, data: &[u8]) -> u64 {
        if self.base >= self.end {
            return 0;
        }
        let word = word_at(data, self.base >> 3);
        match self.end - self.base {
            left if left < 64 => word & !(!0 << left),
            _ => word,
        }
    }

    /// Go on to the next word; false where there is none.
    #[inline]
    pub fn turn(&mut self, data: &[u8]) -> bool {
        self.base += 64;
        self.word = self.load(data);
        self.base < self.end
    }

    /// The next set bit, which is passed then.
    #[inline]
    pub fn next(&mut self, data: &[u8]) -> Option<usize> {
        while self.word == 0 {
            if !self.turn(data) {
                return None;
            }
        }
        let bit = self.base + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some(bit)
    }

    /// Pass so many set bits; false where there are fewer.
    #[inline]
    pub fn pass(&mut self, data: &[u8], count: usize) -> bool {
        let mut left = count;
        loop {
            let here = self.word.count_ones() as usize;
            if left < here {
                if left > 0 {
                    self.word = from_on(self.word, select(self.word, left as u32) as usize);
                }
                return true;
            }
            left -= here;
            if !self.turn(data) {
                return left == 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_selected_by_rank() {
        let mut word = 0x8000_0000_0000_0001u64;
        for _ in 0..200 {
            let places: Vec<u32> = (0..64).filter(|&at| word >> at & 1 == 1).collect();
            for (rank, &place) in places.iter().enumerate() {
                assert_eq!(select(word, rank as u32), place);
            }
            word = word.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        }
    }

    #[test]
    fn ones_are_passed_as_they_are_gone_through() {
        let data: Vec<u8> = (0..100u32).map(|at| (at.wrapping_mul(2654435761) >> 13) as u8).collect();
        let (start, end) = (5, 777);
        let all: Vec<usize> = (start..end).filter(|&bit| data[bit >> 3] >> (bit & 7) & 1 == 1).collect();
        let mut ones = Ones::new(&data, start, end);
        assert_eq!(std::iter::from_fn(|| ones.next(&data)).collect::<Vec<_>>(), all);
        for skipped in [0, 1, 2, 63, 64, 100, all.len() - 1] {
            let mut ones = Ones::new(&data, start, end);
            assert!(ones.pass(&data, skipped));
            assert_eq!(ones.next(&data), Some(all[skipped]));
        }
        assert!(!Ones::new(&data, start, end).pass(&data, all.len() + 1));
    }
}
