//! Numbers of a few bits each, written one after the other, the lowest bit of each byte first.

/// Bits that grow.
#[derive(Default)]
pub struct Bits {
    pub bytes: Vec<u8>,
    /// How many are written.
    count: usize,
}

impl Bits {
    /// Let so many zeros follow -> where they begin.
    pub fn extend(&mut self, count: usize) -> usize {
        let start = self.count;
        self.count += count;
        self.bytes.resize((self.count + 7) >> 3, 0);
        start
    }

    /// Make one of the bits a one.
    #[inline]
    pub fn set(&mut self, bit: usize) {
        if let Some(byte) = self.bytes.get_mut(bit >> 3) {
            *byte |= 1 << (bit & 7);
        }
    }

    /// What follows begins with a byte.
    pub fn align(&mut self) {
        self.count = self.bytes.len() << 3;
    }
}

/// Append the lowest bits of numbers, and begin and end with a byte; width: 0, 1, 2, 4, or a multiple of 8.
pub fn put_run(out: &mut Vec<u8>, numbers: impl ExactSizeIterator<Item = u32>, width: u32) {
    match width {
        0 => {}
        8 => out.extend(numbers.map(|number| number as u8)),
        16 => numbers.for_each(|number| out.extend_from_slice(&(number as u16).to_le_bytes())),
        24 => numbers.for_each(|number| out.extend_from_slice(&number.to_le_bytes()[..3])),
        _ => {
            let (mut byte, mut used) = (0u32, 0);
            for number in numbers {
                byte |= (number & ((1 << width) - 1)) << used;
                used += width;
                if used >= 8 {
                    out.push(byte as u8);
                    (byte, used) = (0, 0);
                }
            }
            if used > 0 {
                out.push(byte as u8);
            }
        }
    }
}
