//! What a round of a loop adds to a sum: a product of two vectors is added where the sum lies.

use super::plan::{Place, Plan};
use crate::graph::NodeId;
use crate::primitives::arithmetic::ADD;

/// Fewer entries are copied as fast.
const WORTH_A_PLACE: usize = 32;

impl Plan<'_> {
    /// Finds sums that are `handed` on to the next round as the leaf that they are added to, which nothing else
    /// reads.
    pub(super) fn find_added(&mut self, outputs: &[NodeId], handed: &[(NodeId, NodeId)]) {
        if handed.is_empty() {
            return;
        }
        let mut uses = vec![0; self.nodes.len()];
        let outputs = outputs.iter().map(|output| self.place(*output));
        let args = (0..self.nodes.len() as Place).flat_map(|place| self.args(place));
        for place in args.chain(outputs) {
            uses[place as usize] += 1;
        }
        let found: Vec<(Place, Place, Place)> = (handed.iter())
            .filter_map(|(sum, leaf)| {
                let [sum, leaf] = [sum, leaf].map(|id| self.cone.place(*id));
                let (sum, leaf) = (sum? as Place, leaf? as Place);
                let product = self.product_added(sum, leaf)?;
                let once = [leaf, product]
                    .iter()
                    .all(|place| uses[*place as usize] == 1);
                once.then_some((sum, leaf, product))
            })
            .collect();
        for (sum, leaf, product) in found {
            self.added.insert(sum, (leaf, product));
        }
    }

    /// The product of two vectors that `sum` adds to `leaf`.
    fn product_added(&self, sum: Place, leaf: Place) -> Option<Place> {
        let (row, args) = self.operation(sum)?;
        let k = args.iter().position(|arg| *arg == leaf)?;
        let product = *args.get(1 - k.min(1))?;
        let (of, factors) = self.operation(product)?;
        let is_product = of.is_matrix_product() && factors.len() == 2;
        let fits = row.is(&ADD)
            && is_product
            && self.shape(factors[0]).n() == 1
            && self.shape(product) == self.shape(sum)
            && self.shape(leaf) == self.shape(sum)
            && self.shape(sum).len() >= WORTH_A_PLACE
            && self.zones[product as usize] == self.zones[sum as usize];
        fits.then_some(product)
    }
}
