//! What is stored of the documents of a segment, compressed as it is: `khsearch.columnar.segments.stored` has it.

use crate::fault::Result;
use crate::index::pages::Section;

/// Bytes of blobs from which on no more are read at once.
const AT_ONCE: usize = 1 << 22;

/// The stored documents of a segment.
pub struct Stored {
    docs: usize,
    parts: Option<(Section, Section)>,
}

impl Stored {
    /// The sections of a segment: where each blob begins, and the blobs.
    pub fn new(docs: usize, starts: Option<Section>, blobs: Option<Section>) -> Self {
        Stored { docs, parts: starts.zip(blobs) }
    }

    /// The blobs of the first of some documents, of one at least; None for a segment without them.
    pub fn of(&self, docs: &[u32]) -> Result<Option<Vec<Vec<u8>>>> {
        let (starts, blobs) = match &self.parts {
            Some((starts, blobs)) if starts.len() == self.docs + 1 && blobs.width() == 1 => (starts, blobs),
            _ => return Ok(None),
        };
        let (mut found, mut size) = (Vec::with_capacity(docs.len()), 0);
        for &doc in docs {
            let ends = starts.numbers(doc as usize, doc as usize + 2)?;
            let blob = blobs.read(ends.at(0) as usize, ends.at(1) as usize)?;
            size += blob.len();
            found.push(blob);
            if size >= AT_ONCE {
                break;
            }
        }
        Ok(Some(found))
    }
}
