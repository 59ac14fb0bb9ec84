//! The best labels of a run whose clusters have one of two: as `best_labels` of `khsearch.khmer.words.two_labels`.

/// What is added for a label behind a label: [label before][label].
pub type Transitions = [[i64; 2]; 2];

/// Finds best labels.
pub struct Labels {
    /// What a gain is less the margin before, the least that it is, and the most.
    middle: i64,
    least: i64,
    most: i64,
    before_one: i64,
    before_zero: i64,
}

impl Labels {
    pub fn new([[t00, t01], [t10, t11]]: Transitions) -> Self {
        Labels { middle: t01 - t10, least: t11 - t10, most: t01 - t00, before_one: t01 - t11, before_zero: t00 - t10 }
    }

    /// Label a stretch, by what label 1 scores more than label 0 at each cluster -> whether each label is 1.
    pub fn best(&self, scores: &[i64]) -> Vec<bool> {
        let mut margins: Vec<i64> = Vec::with_capacity(scores.len());
        for &score in scores {
            let margin = match margins.last() {
                None => score,
                Some(before) => {
                    let gain = self.middle - before;
                    score + if gain < self.least { self.least } else { gain.min(self.most) }
                }
            };
            margins.push(margin);
        }
        let mut labels = Vec::with_capacity(scores.len());
        let mut behind = None;
        for margin in margins.into_iter().rev() {
            let one = match behind {
                None => margin >= 0,
                Some(true) => margin >= self.before_one,
                Some(false) => margin >= self.before_zero,
            };
            labels.push(one);
            behind = Some(one);
        }
        labels.reverse();
        labels
    }
}
