//! The layout of a graph: boxes and arrows in layers, inputs at the bottom, after Sugiyama.
//!
//! 1. Every box gets a layer ([`layers`]).
//! 2. An edge becomes a chain with a place in every rank between its ends, and its label becomes a box in
//!    one of them: no edge crosses a box, and no label another ([`Chart::new`]).
//! 3. The ranks are sorted so that few edges cross ([`order`]).
//! 4. Everything gets its place from left to right ([`across`]) and from the bottom up
//!    ([`Chart::read`]). Edges go straight up through ranks and move sideways only between them.

mod across;
mod order;

/// Width and height.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::render) struct Size {
    pub width: f64,
    pub height: f64,
}

/// A point; y grows downwards.
#[derive(Clone, Copy, Debug)]
pub(in crate::render) struct Point {
    pub x: f64,
    pub y: f64,
}

/// An edge to be laid out: from and to by index, and the size of its label. An edge goes from a
/// lower index to a higher one: operands are numbered before what uses them.
pub(in crate::render) struct Link {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

/// A finished layout.
pub(in crate::render) struct Layout {
    /// The centres of the nodes.
    pub nodes: Vec<Point>,
    /// The points that each edge goes through, vertically at every one of them, from the top of a box
    /// to the bottom of another; and the centre of its label.
    pub links: Vec<(Vec<Point>, Point)>,
}

/// Between two ranks, where edges go sideways: at least, at most, and as a part of the widest move.
const BETWEEN_RANKS: (f64, f64) = (14.0, 44.0);
const SLOPE: f64 = 0.12;
/// Below a box, for the heads of its arrows.
const ARROW: f64 = 12.0;
/// Between two arrows at one box, and from the last one to the corner.
const BETWEEN_PORTS: f64 = 30.0;
const CORNER: f64 = 12.0;

/// Lays out nodes in layers, the `lowest` in the bottom one.
pub(in crate::render) fn lay_out(sizes: &[Size], links: &[Link], lowest: &[usize]) -> Layout {
    let mut chart = Chart::new(sizes, links, &layers(sizes.len(), links, lowest));
    chart.untangle();
    let across = chart.across();
    chart.read(&across, sizes, links)
}

/// The layer of each node, 0 at the bottom: as low as its operands allow, or just below the lowest
/// of its users where it has more users than operands, which makes the edges shorter.
fn layers(count: usize, links: &[Link], lowest: &[usize]) -> Vec<usize> {
    let mut users = vec![Vec::new(); count];
    let mut operands = vec![0; count];
    for link in links {
        users[link.from].push(link.to);
        operands[link.to] += 1;
    }
    let mut layers = vec![0; count];
    for k in 0..count {
        for user in &users[k] {
            layers[*user] = layers[*user].max(layers[k] + 1);
        }
    }
    for k in (0..count).rev().filter(|k| !lowest.contains(k)) {
        let above = users[k].iter().map(|user| layers[*user]).min();
        if let Some(above) = above.filter(|_| users[k].len() > operands[k]) {
            layers[k] = above - 1;
        }
    }
    layers
}

/// One place in a rank: a box, or an edge that passes, with its label or without.
struct Spot {
    rank: usize,
    size: Size,
    passing: bool,
    /// Neighbours in the rank below and in that above.
    below: Vec<usize>,
    above: Vec<usize>,
}

/// Everything in its ranks: boxes in the even ones, labels in the odd ones between.
struct Chart {
    spots: Vec<Spot>,
    /// The spots of each rank from left to right.
    ranks: Vec<Vec<usize>>,
    /// The position of each spot in its rank.
    places: Vec<usize>,
    /// The spots that each edge passes, from the bottom up.
    chains: Vec<Vec<usize>>,
    /// The one among them with the label.
    labels: Vec<usize>,
}

impl Chart {
    fn new(sizes: &[Size], links: &[Link], layers: &[usize]) -> Chart {
        let spot = |rank: usize, size: Size, passing: bool| Spot {
            rank,
            size,
            passing,
            below: Vec::new(),
            above: Vec::new(),
        };
        let boxes = sizes.iter().zip(layers);
        let mut spots: Vec<Spot> = boxes
            .map(|(size, layer)| spot(2 * layer, *size, false))
            .collect();
        let (mut chains, mut labels) = (Vec::new(), Vec::new());
        for link in links {
            let (bottom, top) = (spots[link.from].rank, spots[link.to].rank);
            // The odd rank next to the middle.
            let middle = ((bottom + top) / 2) | 1;
            let mut chain = Vec::new();
            for rank in bottom + 1..top {
                let size = if rank == middle {
                    link.label
                } else {
                    Size::default()
                };
                chain.push(spots.len());
                spots.push(spot(rank, size, true));
            }
            labels.push(chain[middle - bottom - 1]);
            let ends = std::iter::once(link.from).chain(chain.iter().copied());
            for (below, above) in ends.zip(chain.iter().copied().chain([link.to])) {
                spots[below].above.push(above);
                spots[above].below.push(below);
            }
            chains.push(chain);
        }
        let height = spots.iter().map(|spot| spot.rank + 1).max().unwrap_or(0);
        Chart {
            places: vec![0; spots.len()],
            ranks: vec![Vec::new(); height],
            spots,
            chains,
            labels,
        }
    }

    /// Gives the ranks their heights, and the edges their points.
    fn read(&self, across: &[f64], sizes: &[Size], links: &[Link]) -> Layout {
        let turns = self.turns(across, sizes, links);
        let bands = self.bands(links, &turns);
        let middle = |k: usize| Point {
            x: across[k],
            y: bands[self.spots[k].rank].middle,
        };
        let route = |link: &Link, turns: &[f64]| {
            let mut route = Route(Vec::new());
            let start = middle(link.from).y - sizes[link.from].height / 2.0;
            let end = middle(link.to).y + sizes[link.to].height / 2.0;
            let last = turns.len() - 1;
            for (step, x) in turns.iter().enumerate() {
                let band = &bands[self.spots[link.from].rank + step];
                route.pass(*x, if step == 0 { start } else { band.bottom });
                route.pass(*x, if step == last { end } else { band.top });
            }
            route.0
        };
        let edges = links.iter().zip(&turns).zip(&self.labels);
        Layout {
            nodes: (0..sizes.len()).map(middle).collect(),
            links: edges
                .map(|((link, turns), label)| (route(link, turns), middle(*label)))
                .collect(),
        }
    }

    /// The horizontal positions of each edge: at the box that it leaves, at the ranks that it passes,
    /// and at the box where it arrives.
    fn turns(&self, across: &[f64], sizes: &[Size], links: &[Link]) -> Vec<Vec<f64>> {
        let chains = self.chains.iter();
        let passed = |chain: &Vec<usize>| chain.iter().map(|k| across[*k]).collect();
        let passed: Vec<Vec<f64>> = chains.map(passed).collect();
        let mut below = vec![Vec::new(); sizes.len()];
        let mut above = vec![Vec::new(); sizes.len()];
        for (k, (link, passed)) in links.iter().zip(&passed).enumerate() {
            above[link.from].push((passed[0], k));
            below[link.to].push((passed[passed.len() - 1], k));
        }
        // The edges on one side of a box stand in the order of where they go.
        let mut port = vec![(0.0, 0.0); links.len()];
        for node in 0..sizes.len() {
            for (side, edges) in [&mut above[node], &mut below[node]].into_iter().enumerate() {
                edges.sort_by(|a, b| a.0.total_cmp(&b.0));
                let count = edges.len() as f64;
                let room = (sizes[node].width - 2.0 * CORNER) / count;
                let apart = room.clamp(0.0, BETWEEN_PORTS);
                for (place, (_, k)) in edges.iter().enumerate() {
                    let x = across[node] + (place as f64 - (count - 1.0) / 2.0) * apart;
                    *(if side == 0 {
                        &mut port[*k].0
                    } else {
                        &mut port[*k].1
                    }) = x;
                }
            }
        }
        let whole = passed.into_iter().zip(port);
        whole
            .map(|(passed, (start, end))| {
                let ends = std::iter::once(start).chain(passed);
                ends.chain([end]).collect()
            })
            .collect()
    }

    /// The vertical positions of the ranks, from the bottom up. Two ranks are the further apart, the
    /// further edges go sideways between them.
    fn bands(&self, links: &[Link], turns: &[Vec<f64>]) -> Vec<Band> {
        let mut moves = vec![0.0f64; self.ranks.len()];
        for (link, turns) in links.iter().zip(turns) {
            let between = moves[self.spots[link.from].rank..].iter_mut();
            for (widest, two) in between.zip(turns.windows(2)) {
                *widest = widest.max((two[1] - two[0]).abs());
            }
        }
        let mut bottom = 0.0;
        let mut bands = Vec::new();
        for (rank, spots) in self.ranks.iter().enumerate() {
            let heights = spots.iter().map(|k| self.spots[*k].size.height);
            let arrows = if rank % 2 == 0 { ARROW } else { 0.0 };
            let height = heights.fold(0.0, f64::max);
            let top = bottom - arrows - height;
            let middle = top + height / 2.0;
            bands.push(Band {
                bottom,
                middle,
                top,
            });
            bottom = top - (SLOPE * moves[rank]).clamp(BETWEEN_RANKS.0, BETWEEN_RANKS.1);
        }
        bands
    }
}

/// A rank's place: its bottom, heads of arrows included, the middle of what stands in it, its top.
struct Band {
    bottom: f64,
    middle: f64,
    top: f64,
}

/// The points of an edge.
struct Route(Vec<Point>);

impl Route {
    /// Goes on to a point. What lies on a straight line upwards is left out.
    fn pass(&mut self, x: f64, y: f64) {
        let near = |a: Point| (a.x - x).abs() < 0.05;
        if self
            .0
            .last()
            .is_some_and(|last| near(*last) && last.y - y < 0.05)
        {
            return;
        }
        if let [.., a, b] = self.0[..]
            && near(a)
            && near(b)
        {
            self.0.pop();
        }
        self.0.push(Point { x, y });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rectangle: left, top, right, bottom.
    type Area = [f64; 4];

    fn area(centre: Point, size: Size) -> Area {
        let (x, y) = (size.width / 2.0, size.height / 2.0);
        [centre.x - x, centre.y - y, centre.x + x, centre.y + y]
    }

    fn overlap(a: &Area, b: &Area) -> bool {
        let inside = |k: usize| a[k] + 1e-6 < b[k + 2] && b[k] + 1e-6 < a[k + 2];
        inside(0) && inside(1)
    }

    /// A graph of boxes of many sizes in which every third is an input.
    fn graph(count: usize, mut seed: u64) -> (Vec<Size>, Vec<Link>, Vec<usize>) {
        let mut random = move |below: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % below
        };
        let size = |width: usize, height: usize| Size {
            width: width as f64,
            height: height as f64,
        };
        let inputs: Vec<usize> = (0..count).filter(|k| k % 3 == 0).collect();
        let mut links = Vec::new();
        for to in (0..count).filter(|k| k % 3 > 0) {
            for _ in 0..1 + random(2) {
                let label = [size(0, 0), size(10 + random(90), 18)][random(2)];
                let from = random(to);
                links.push(Link { from, to, label });
            }
        }
        let sizes = (0..count).map(|_| size(40 + random(200), 20 * (1 + random(4))));
        (sizes.collect(), links, inputs)
    }

    #[test]
    fn no_edge_crosses_a_box_and_no_label_another() {
        for seed in 0..200 {
            let (sizes, links, inputs) = graph(2 + seed as usize % 40, seed);
            let layout = lay_out(&sizes, &links, &inputs);
            let boxes = layout.nodes.iter().zip(&sizes);
            let mut taken: Vec<Area> = boxes.map(|(centre, size)| area(*centre, *size)).collect();
            for ((points, label), link) in layout.links.iter().zip(&links) {
                for two in points.windows(2) {
                    let (a, b) = (two[0], two[1]);
                    let swept = [a.x.min(b.x), b.y, a.x.max(b.x), a.y];
                    assert!(a.y > b.y, "seed {seed}: an edge goes down");
                    let thick = [swept[0] - 1.0, swept[1], swept[2] + 1.0, swept[3]];
                    let mut boxes = taken[..sizes.len()].iter();
                    assert!(!boxes.any(|one| overlap(one, &thick)), "seed {seed}");
                }
                if link.label.width > 0.0 {
                    taken.push(area(*label, link.label));
                }
            }
            for (k, a) in taken.iter().enumerate() {
                assert!(!taken[..k].iter().any(|b| overlap(a, b)), "seed {seed}");
            }
        }
    }

    #[test]
    fn a_tree_has_its_operands_from_left_to_right() {
        let size = Size {
            width: 60.0,
            height: 20.0,
        };
        let link = |from, to| Link {
            from,
            to,
            label: Size::default(),
        };
        // (0, 1) → 3; (3, 2) → 4
        let links = [link(0, 3), link(1, 3), link(3, 4), link(2, 4)];
        let nodes = lay_out(&[size; 5], &links, &[0, 1, 2]).nodes;
        assert!(nodes[0].x < nodes[1].x && nodes[1].x < nodes[2].x);
        assert!(nodes[0].y == nodes[2].y && nodes[2].y > nodes[3].y && nodes[3].y > nodes[4].y);
        assert_eq!(nodes[3].x, (nodes[0].x + nodes[1].x) / 2.0);
    }
}
