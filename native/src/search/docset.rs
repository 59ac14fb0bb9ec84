//! A set of documents of one commit: as a list, or, where it has many of them, as a byte for each document.

use std::sync::{Arc, Mutex};

use crate::search::sets::both;

/// Documents that count, and which.
pub struct DocSet {
    /// Documents of the commit, deleted ones included.
    every: usize,
    count: usize,
    /// Of each document, 1 if it is one of them; None where they are listed.
    mask: Option<Vec<u8>>,
    list: Mutex<Option<Arc<Vec<u32>>>>,
}

impl DocSet {
    /// Documents, rising, of a commit of so many.
    pub fn listed(every: usize, docs: Vec<u32>) -> Self {
        DocSet { every, count: docs.len(), mask: None, list: Mutex::new(Some(Arc::new(docs))) }
    }

    /// Of each document of a commit 1, if it is one of them, or 0.
    pub fn masked(mask: Vec<u8>) -> Self {
        DocSet { every: mask.len(), count: counted(&mask), mask: Some(mask), list: Mutex::new(None) }
    }

    /// Documents of the commit, deleted ones included.
    pub fn every(&self) -> usize {
        self.every
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Of each document of the commit, 1 if it is one of them; None where they are listed.
    pub fn mask(&self) -> Option<&[u8]> {
        self.mask.as_deref()
    }

    /// All, rising.
    pub fn list(&self) -> Arc<Vec<u32>> {
        if let Ok(known) = self.list.try_lock() {
            if let Some(list) = &*known {
                return list.clone();
            }
        }
        let list = Arc::new(self.mask.as_deref().map_or_else(Vec::new, docs_of));
        if let Ok(mut known) = self.list.try_lock() {
            *known = Some(list.clone());
        }
        list
    }

    /// Whether all of another set are of this one.
    pub fn holds(&self, other: &DocSet) -> bool {
        match (&self.mask, &other.mask) {
            (Some(mask), Some(other)) => other.iter().zip(mask).all(|(other, is)| other <= is),
            _ => self.of(&other.list()).len() == other.len(),
        }
    }

    /// Those of some documents, rising.
    pub fn of(&self, docs: &[u32]) -> Vec<u32> {
        match &self.mask {
            Some(mask) => {
                let is_in = |doc: &u32| mask.get(*doc as usize).map_or(false, |&is| is != 0);
                docs.iter().copied().filter(is_in).collect()
            }
            None => both(docs, &self.list()),
        }
    }
}

/// How many bytes of 0 and 1 are 1.
pub fn counted(mask: &[u8]) -> usize {
    // No sum of so few bytes is more than a byte holds.
    mask.chunks(255).map(|part| usize::from(part.iter().sum::<u8>())).sum()
}

/// Which bytes are 1.
pub fn docs_of(mask: &[u8]) -> Vec<u32> {
    let mut docs = Vec::with_capacity(counted(mask));
    for (number, part) in mask.chunks(8).enumerate() {
        let mut bytes = [0; 8];
        bytes[..part.len()].copy_from_slice(part);
        let mut left = u64::from_le_bytes(bytes);
        while left != 0 {
            docs.push((number * 8) as u32 + left.trailing_zeros() / 8);
            left &= left - 1;
        }
    }
    docs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_and_a_list_are_the_same_set() {
        for size in [0, 1, 7, 8, 9, 254, 255, 256, 1000] {
            let docs: Vec<u32> = (0..size).filter(|doc| doc % 3 == 0 || doc % 7 == 1).collect();
            let mut mask = vec![0; size as usize];
            docs.iter().for_each(|&doc| mask[doc as usize] = 1);
            let (masked, listed) = (DocSet::masked(mask), DocSet::listed(size as usize, docs.clone()));
            for set in [&masked, &listed] {
                assert_eq!((set.len(), &*set.list(), set.every()), (docs.len(), &docs, size as usize));
                let others: Vec<u32> = (0..size + 2).collect();
                assert_eq!(set.of(&others), docs);
                assert!(set.holds(&masked) && set.holds(&listed));
            }
        }
    }
}
