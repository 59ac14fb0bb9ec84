//! Queries, as `khsearch/engine/nodes.py` has them: what can be worked out here.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::commit::Matches;

/// Asks whoever made a query which of some documents pass.
pub type Check = Box<dyn Fn(&[u32]) -> Result<Vec<bool>> + Send + Sync>;

pub enum Node {
    /// Documents that have a term in any of some fields; its scores there are added.
    Term {
        fields: Vec<String>,
        term: Vec<u8>,
        boost: f32,
    },
    And(Vec<Node>),
    Or(Vec<Node>),
    /// Documents of the first; where the second matches, too, its score is added.
    AndMaybe(Box<Node>, Box<Node>),
    AndNot {
        child: Box<Node>,
        without: Box<Node>,
        bonus: f32,
    },
    Require(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Phrase {
        field: String,
        terms: Vec<Vec<u8>>,
        slop: u32,
        boost: f32,
    },
    Every {
        boost: f32,
    },
    Constant(Box<Node>, f32),
    Boost(Box<Node>, f32),
    Leading(Box<Node>, f64),
    TwoPhase(Box<Node>, Check),
    /// Another node, which others have, too.
    Shared(Arc<Node>),
    /// Documents that all score 1.
    Settled(Arc<Vec<u32>>),
    /// What was worked out elsewhere.
    Known(Matches),
    Nothing,
}
