//! Where nodes and edges stand: the one place that knows the layout library.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};

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

/// An edge to be laid out: from and to by index, and the size of its label.
pub(in crate::render) struct Link {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

/// Where everything stands.
pub(in crate::render) struct Layout {
    /// The centres of the nodes.
    pub nodes: Vec<Point>,
    /// The points that each edge goes through, and the centre of its label.
    pub links: Vec<(Vec<Point>, Point)>,
}

/// The name of the node below all inputs, which is not drawn.
const GROUND: &str = "ground";
/// How strongly inputs are drawn to the ground.
const PULL: i32 = 50;

/// Lays out nodes in layers, the `lowest` in the bottom one.
pub(in crate::render) fn lay_out(sizes: &[Size], links: &[Link], lowest: &[usize]) -> Layout {
    let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(GraphOptions {
        directed: true,
        multigraph: false,
        compound: false,
    });
    let sized = |size: Size| NodeLabel {
        width: size.width,
        height: size.height,
        ..NodeLabel::default()
    };
    graph.set_node(GROUND, Some(sized(Size::default())));
    for (k, size) in sizes.iter().enumerate() {
        graph.set_node(k.to_string(), Some(sized(*size)));
    }
    for k in lowest {
        let anchor = EdgeLabel {
            weight: PULL,
            ..EdgeLabel::default()
        };
        graph.set_edge(GROUND, k.to_string(), Some(anchor), None);
    }
    for link in links {
        let label = EdgeLabel {
            width: link.label.width,
            height: link.label.height,
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        graph.set_edge(
            link.from.to_string(),
            link.to.to_string(),
            Some(label),
            None,
        );
    }
    let options = LayoutOptions {
        rankdir: RankDir::BT,
        nodesep: 28.0,
        edgesep: 14.0,
        ranksep: 44.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    read(&graph, sizes.len(), links)
}

fn read(graph: &Graph<NodeLabel, EdgeLabel>, count: usize, links: &[Link]) -> Layout {
    let centre = |k: usize| {
        let node = graph.node(&k.to_string());
        let at = |x: Option<f64>| x.unwrap_or_default();
        node.map_or(Point { x: 0.0, y: 0.0 }, |node| Point {
            x: at(node.x),
            y: at(node.y),
        })
    };
    let route = |link: &Link| {
        let (from, to) = (centre(link.from), centre(link.to));
        let middle = Point {
            x: (from.x + to.x) / 2.0,
            y: (from.y + to.y) / 2.0,
        };
        let found = graph.edge(&link.from.to_string(), &link.to.to_string(), None);
        let Some(edge) = found.filter(|edge| edge.points.len() > 1) else {
            return (vec![from, to], middle);
        };
        let points = edge.points.iter();
        let points = points.map(|point| Point {
            x: point.x,
            y: point.y,
        });
        let label = Point {
            x: edge.x.unwrap_or(middle.x),
            y: edge.y.unwrap_or(middle.y),
        };
        (points.collect(), label)
    };
    Layout {
        nodes: (0..count).map(centre).collect(),
        links: links.iter().map(route).collect(),
    }
    .in_reading_order()
}

impl Layout {
    /// The layout or its mirror image: whichever has more nodes of a layer in their order.
    fn in_reading_order(mut self) -> Layout {
        let mut balance = 0i64;
        for (k, a) in self.nodes.iter().enumerate() {
            for b in &self.nodes[k + 1..] {
                if (a.y - b.y).abs() < 1.0 {
                    balance += if a.x < b.x { 1 } else { -1 };
                }
            }
        }
        if balance < 0 {
            self.nodes.iter_mut().for_each(|point| point.x = -point.x);
            for (points, label) in &mut self.links {
                points.iter_mut().for_each(|point| point.x = -point.x);
                label.x = -label.x;
            }
        }
        self
    }
}
