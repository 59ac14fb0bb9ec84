//! Queries, as `khsearch/engine/nodes.py` has them: what can be worked out here.

use std::sync::Arc;

use crate::fault::Result;
use crate::search::commit::Matches;
use crate::search::docset::DocSet;

/// A term, in code form.
pub type Term = Arc<[u8]>;

/// Names of fields in which a term is looked for.
#[derive(Clone)]
pub enum Fields {
    Of(&'static [&'static str]),
    Given(Arc<[String]>),
}

impl Fields {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (own, given): (&[&str], &[String]) = match self {
            Fields::Of(names) => (names, &[]),
            Fields::Given(names) => (&[], names),
        };
        own.iter().copied().chain(given.iter().map(|name| &name[..]))
    }
}

/// Asks whoever made a query which of some documents pass.
pub type Check = Box<dyn Fn(&[u32]) -> Result<Vec<bool>> + Send + Sync>;

pub enum Node {
    /// Documents that have a term in any of some fields; its scores there are added.
    Term {
        fields: Fields,
        term: Term,
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
        terms: Vec<Term>,
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
    Settled(Arc<DocSet>),
    /// What was worked out elsewhere.
    Known(Matches),
    Nothing,
}
