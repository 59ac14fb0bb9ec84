//! What a list of hits shows of documents: ids and titles, as `khsearch/documents/stored.py` writes them.

use crate::fault::Result;
use crate::index::pages::Section;

const ONE_BYTE: u8 = 1;
const UTF8: u8 = 2;

/// The heads of a segment's documents.
pub struct Heads {
    docs: usize,
    parts: Option<(Section, Section)>,
}

impl Heads {
    /// The sections of a segment, if it has heads: where each begins, and what they are.
    pub fn new(docs: usize, starts: Option<Section>, codes: Option<Section>) -> Self {
        Heads { docs, parts: starts.zip(codes) }
    }

    /// Id and title of a document; None where its head is not what was written.
    pub fn of(&self, doc: usize) -> Result<Option<(String, String)>> {
        let (starts, codes) = match &self.parts {
            Some((starts, codes)) if starts.len() == self.docs + 1 => (starts, codes),
            _ => return Ok(None),
        };
        let ends = starts.numbers(doc, doc + 2)?;
        let head = codes.bytes(ends.at(0) as usize, ends.at(1) as usize)?;
        Ok(parted(&head))
    }
}

fn parted(head: &[u8]) -> Option<(String, String)> {
    let (&kind, given) = head.split_first()?;
    let given: String = match kind {
        ONE_BYTE => given.iter().map(|&byte| character(byte)).collect(),
        UTF8 => std::str::from_utf8(given).ok()?.to_owned(),
        _ => return None,
    };
    let (size, rest) = given.split_once('\0')?;
    if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size: usize = size.parse().ok()?;
    let end = rest.char_indices().nth(size).map_or(rest.len(), |(at, _)| at);
    Some((rest[..end].to_owned(), rest[end..].to_owned()))
}

fn character(byte: u8) -> char {
    if byte < 0x80 {
        char::from(byte)
    } else {
        char::from_u32(0x1780 + u32::from(byte & 0x7F)).unwrap_or(' ')
    }
}
