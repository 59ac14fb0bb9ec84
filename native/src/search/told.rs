//! What texts told of units that follow each other in them: asked once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::fault::Result;

/// Asks whether units follow each other in documents: units, documents -> whether each holds them.
pub type Inside = Arc<dyn Fn(&[Vec<u8>], &[u32]) -> Result<Vec<bool>> + Send + Sync>;

/// Documents whose answer is remembered, of all units together.
const REMEMBERED: usize = 1 << 18;

/// Units that follow each other, in code form.
pub type Units = Vec<Vec<u8>>;

/// What was told of documents of one commit: of units, which documents hold them, and which do not.
#[derive(Default)]
pub struct Told {
    known: Mutex<HashMap<Units, HashMap<u32, bool>>>,
}

impl Told {
    /// Ask for what was not told before. Nobody is waited for who has it in hand.
    pub fn ask(&self, units: &[Vec<u8>], docs: &[u32], inside: &Inside) -> Result<Vec<bool>> {
        let known = match self.known.try_lock() {
            Ok(known) => known.get(units).map(|own| docs.iter().map(|doc| own.get(doc).copied()).collect()),
            Err(_) => None,
        };
        let mut told: Vec<Option<bool>> = known.unwrap_or_else(|| vec![None; docs.len()]);
        let lacking = docs.iter().zip(&told).filter(|(_, told)| told.is_none());
        let lacking: Vec<u32> = lacking.map(|(&doc, _)| doc).collect();
        if !lacking.is_empty() {
            let found = inside(units, &lacking)?;
            if let Ok(mut known) = self.known.try_lock() {
                if known.values().map(HashMap::len).sum::<usize>() > REMEMBERED {
                    known.clear();
                }
                let own = known.entry(units.to_vec()).or_default();
                own.extend(lacking.into_iter().zip(found.iter().copied()));
            }
            let mut found = found.into_iter();
            told.iter_mut().filter(|told| told.is_none()).for_each(|told| *told = found.next());
        }
        Ok(told.into_iter().map(|told| told.unwrap_or(false)).collect())
    }
}
