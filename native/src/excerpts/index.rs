//! Where each character of a text stands, so that whatever is looked for is looked for at its rarest character.

/// A character, or a code.
pub trait Character: Copy + Eq {
    /// A number below KINDS; those of ordinary texts have numbers of their own.
    fn kind(self) -> usize;
}

const KINDS: usize = 257;

impl Character for u8 {
    #[inline]
    fn kind(self) -> usize {
        usize::from(self)
    }
}

impl Character for char {
    #[inline]
    fn kind(self) -> usize {
        let point = self as usize;
        match point {
            0..=0x7F => point,
            0x1780..=0x17FF => point & 0xFF,
            _ => KINDS - 1,
        }
    }
}

/// A text and, for each kind of character, how many there are, and a list of their places.
pub struct Index<'a, T> {
    text: &'a [T],
    counts: [u32; KINDS],
    /// First an item for each kind, then one for each character: the number of the item of the next of its kind, or 0.
    next: Vec<u32>,
}

impl<'a, T: Character> Index<'a, T> {
    /// Index a text, of fewer than 2^31 characters.
    pub fn of(text: &'a [T]) -> Self {
        let mut next = vec![0; KINDS + text.len()];
        let mut counts = [0; KINDS];
        let mut last = [0; KINDS];
        for (kind, item) in last.iter_mut().enumerate() {
            *item = kind as u32;
        }
        for (item, &one) in (KINDS as u32..).zip(text) {
            let kind = one.kind();
            counts[kind] += 1;
            next[last[kind] as usize] = item;
            last[kind] = item;
        }
        Index { text, counts, next }
    }

    /// Where some characters stand in the text, rising; where they overlap themselves, all such places.
    pub fn find<'b>(&'b self, wanted: &'b [T]) -> impl Iterator<Item = usize> + 'b {
        let rarest = wanted.iter().enumerate().min_by_key(|(_, one)| self.counts[one.kind()]);
        let (step, kind) = rarest.map_or((0, None), |(step, one)| (step, Some(one.kind())));
        let mut item = kind.unwrap_or(0);
        let places = std::iter::from_fn(move || {
            kind?;
            item = self.next[item] as usize;
            item.checked_sub(KINDS)
        });
        let starts = places.filter_map(move |place| place.checked_sub(step));
        starts.filter(move |&start| self.text.get(start..start + wanted.len()) == Some(wanted))
    }
}
