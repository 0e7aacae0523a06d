//! Graphs and plots as pictures that LaTeX draws itself.

use super::formula::LatexMath;
use super::table::{LINE, paragraphs, width};
use super::{definition, remark, value_cell};
use crate::notation::Written;
use crate::plot::{Axis, Contour, Map, Picture, Plot, Points, Series, drawable};
use crate::render::graph::layout::{Link, Size, lay_out};
use crate::render::{Style, number};
use crate::trace::{Derived, Drawing, Edge, Line, Role};
use crate::view;

/// The largest number of nodes that is drawn; TeX is slow, and the page is small.
const MOST_NODES: usize = 60;
/// Points that a line in a node is high, and that its text stands from the border.
const ROW: f64 = 10.5;
const PADDING: f64 = 5.0;
/// Points that a picture may be tall: most of a page of an article.
const PAGE: f64 = 480.0;
/// The widest partial that is written on an edge, in points.
const LABEL: usize = 90;

/// The graph as a picture; a large one without the nodes that have no name, or as no more than
/// words.
pub fn graph(drawing: &Drawing, style: &Style) -> String {
    if drawing.file.is_some() {
        return paragraphs(&crate::render::graph::text(drawing, style));
    }
    if drawing.shown.len() <= MOST_NODES {
        return drawn(drawing, style);
    }
    if drawing.principal().len() <= MOST_NODES {
        let folded = drawing.folded();
        let (shown, count) = (folded.shown.len(), drawing.trace.lines.len());
        let remark = format!("{shown} of {count} nodes: inputs, outputs and what has a name");
        return drawn(&folded, style) + &paragraphs(&remark);
    }
    let count = drawing.trace.lines.len();
    paragraphs(&format!("a graph of {count} nodes is too large for a page"))
}

/// The lines in a node: its definition, its value, its tangents, its adjoints.
fn rows(drawing: &Drawing, number: usize, style: &Style) -> Vec<String> {
    let (values, derivatives) = (
        LatexMath::values(style.digits),
        LatexMath::derivatives(style.digits),
    );
    let line: &Line = drawing.line(number);
    let mut rows = vec![definition(number, line, values)];
    if line.value.is_some() {
        rows.push(value_cell(line.value.as_deref(), values));
    }
    let known = |derived: &[Derived]| derived.iter().all(|one| one.value.is_some());
    for (role, derived, colour) in [
        (Role::Tangent, &line.tangents, "blue"),
        (Role::Adjoint, &line.adjoints, "red"),
    ] {
        if derived.is_empty() {
            continue;
        }
        let right = if known(derived) {
            let each = derived.iter().flat_map(|one| one.value.as_deref());
            let each: Vec<String> = each.map(|value| derivatives.value(value)).collect();
            each.join(",\\ ")
        } else {
            let rules = view::rule(derived);
            let rules: Vec<String> = rules.iter().map(|rule| derivatives.write(rule)).collect();
            rules.join(", ")
        };
        let symbol = LatexMath::symbol(role, number);
        rows.push(format!(
            "\\textcolor{{{colour}!70!black}}{{${symbol} = {right}$}}"
        ));
    }
    rows
}

/// The length that boxes take up, each given by its middle and its size.
fn extent(boxes: impl Iterator<Item = (f64, f64)>) -> f64 {
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let (low, high) = boxes.fold(none, |(low, high), (middle, size)| {
        (low.min(middle - size / 2.0), high.max(middle + size / 2.0))
    });
    high - low
}

/// Points that a text in the small type of a picture is wide.
fn small(latex: &str) -> f64 {
    let plain = latex
        .replace("\\textcolor{blue!70!black}", "")
        .replace("\\textcolor{red!70!black}", "");
    width(&plain, false) as f64 * 0.85
}

fn label(edge: &Edge, style: &Style) -> String {
    let pen = LatexMath::derivatives(style.digits);
    let partial = edge.partial.as_ref().map(|math| pen.write(math));
    partial
        .filter(|latex| width(latex, true) <= LABEL)
        .map_or(String::new(), |latex| format!("${latex}$"))
}

fn drawn(drawing: &Drawing, style: &Style) -> String {
    let place = |number: usize| drawing.shown.binary_search(&number).unwrap_or_default();
    let nodes: Vec<Vec<String>> = drawing
        .shown
        .iter()
        .map(|number| rows(drawing, *number, style))
        .collect();
    let labels: Vec<String> = drawing
        .edges
        .iter()
        .map(|edge| label(edge, style))
        .collect();
    let size = |rows: &Vec<String>| Size {
        width: rows.iter().map(|row| small(row)).fold(0.0, f64::max) + 2.0 * PADDING,
        height: rows.len() as f64 * ROW + 2.0 * PADDING,
    };
    let sizes: Vec<Size> = nodes.iter().map(size).collect();
    let link = |(edge, label): (&Edge, &String)| Link {
        from: place(edge.from),
        to: place(edge.to),
        label: match label.is_empty() {
            true => Size::default(),
            false => Size {
                width: small(label) + 4.0,
                height: ROW,
            },
        },
    };
    let links: Vec<Link> = drawing.edges.iter().zip(&labels).map(link).collect();
    let inputs: Vec<usize> = (0..nodes.len())
        .filter(|k| drawing.line(drawing.shown[*k]).is_input())
        .collect();
    let layout = lay_out(&sizes, &links, &inputs);

    let mut text = String::from("\\begin{tikzpicture}[x=1pt,y=-1pt]\n");
    for (k, rows) in nodes.iter().enumerate() {
        let number = drawing.shown[k];
        let fill = if inputs.contains(&k) {
            ",fill=black!5"
        } else {
            ""
        };
        let border = if drawing.is_output(number) {
            ",thick"
        } else {
            ""
        };
        let at = layout.nodes[k];
        text.push_str(&format!(
            "\\node[draw{border}{fill},rounded corners=3pt,align=left,inner sep=4pt,font=\\footnotesize] (a{number}) at ({:.1},{:.1}) {{{}}};\n",
            at.x,
            at.y,
            rows.join(" \\\\ ")
        ));
    }
    for ((edge, label), (points, middle)) in drawing.edges.iter().zip(&labels).zip(&layout.links) {
        // TeX decides how large a box is: the ends are where it puts its border.
        let [start, inner @ .., end] = &points[..] else {
            continue;
        };
        let ends = [(edge.from, start, "north"), (edge.to, end, "south")];
        let [start, end] = ends.map(|(number, point, side)| {
            let shift = point.x - layout.nodes[place(number)].x;
            match shift.abs() < 0.05 {
                true => format!("(a{number}.{side})"),
                false => format!("([xshift={shift:.1}pt]a{number}.{side})"),
            }
        });
        let mut path = start;
        let mut from = points[0];
        for to in inner {
            let half = (from.y + to.y) / 2.0;
            path.push_str(&match (from.x - to.x).abs() < 0.05 {
                true => format!(" -- ({:.1},{:.1})", to.x, to.y),
                false => format!(
                    " .. controls ({:.1},{half:.1}) and ({:.1},{half:.1}) .. ({:.1},{:.1})",
                    from.x, to.x, to.x, to.y
                ),
            });
            from = *to;
        }
        text.push_str(&format!("\\draw[->,black!60] {path} -- {end};\n"));
        if !label.is_empty() {
            text.push_str(&format!(
                "\\node[fill=white,inner sep=1.5pt,font=\\scriptsize] at ({:.1},{:.1}) {{{label}}};\n",
                middle.x, middle.y
            ));
        }
    }
    text.push_str("\\end{tikzpicture}");
    let ends = || sizes.iter().zip(&layout.nodes);
    let across = extent(ends().map(|(size, at)| (at.x, size.width)));
    let down = extent(ends().map(|(size, at)| (at.y, size.height)));
    let (wide, tall) = (across / LINE as f64, down / PAGE);
    let picture = match () {
        () if wide <= 1.0 && tall <= 1.0 => text + "\n",
        () if wide >= tall => format!("\\resizebox{{\\linewidth}}{{!}}{{%\n{text}}}\n"),
        () => format!("\\resizebox{{!}}{{0.9\\textheight}}{{%\n{text}}}\n"),
    };
    let remarks = view::remarks(&drawing.trace);
    let remarks: String = remarks.iter().map(|one| remark(one, true, style)).collect();
    format!("\\begin{{center}}\n{picture}\\end{{center}}\n") + &remarks
}

/// A plot as a picture, or the file that it was written to.
pub fn plot(plot: &Plot, style: &Style) -> String {
    if plot.file.is_some() {
        return paragraphs(&crate::render::plot::text(plot, style));
    }
    let pen = LatexMath::derivatives(style.digits);
    let named = |name: &Written| pen.in_text(name);
    // A map has a scale beside it.
    let width = match plot.picture {
        Picture::Curves(_) => "width=0.92\\linewidth",
        Picture::Map(_) => "width=0.84\\linewidth",
    };
    let mut options = vec![
        width.to_string(),
        "height=0.6\\linewidth".into(),
        "unbounded coords=jump".into(),
        format!("xlabel={{{}}}", named(&plot.x.name)),
        format!("ylabel={{{}}}", named(&plot.y.name)),
    ];
    options.extend(axis("x", &plot.x));
    options.extend(axis("y", &plot.y));
    if !plot.title.is_empty() {
        options.push(format!("title={{{}}}", named(&plot.title)));
    }
    let body = match &plot.picture {
        Picture::Curves(series) => {
            let legend = match plot.title.is_empty() {
                true => "at={(0.5,1.03)},anchor=south",
                // The title stands above.
                false => "at={(0.5,-0.18)},anchor=north",
            };
            options.push(format!(
                "legend style={{{legend},draw=none}},legend columns=2,legend cell align=left"
            ));
            series
                .iter()
                .map(|one| curve(one, plot, &named(&one.name)))
                .collect()
        }
        Picture::Map(map) => {
            if plot.title.is_empty() {
                options.push(format!("title={{{}}}", named(&map.name)));
            }
            options.push("colormap/viridis,colorbar".into());
            cells(map) + &contours(map)
        }
    };
    // On a map, dots of its own colours need a border that it has not.
    let border = match plot.picture {
        Picture::Curves(_) => "black",
        Picture::Map(_) => "white",
    };
    let points = plot.points.as_ref();
    let points = points.map_or(String::new(), |points| dots(points, border));
    let path = path(&plot.path, plot, border);
    format!(
        "\\begin{{center}}\n\\begin{{tikzpicture}}\n\\begin{{axis}}[{}]\n{body}{path}{points}\\end{{axis}}\n\\end{{tikzpicture}}\n\\end{{center}}\n",
        options.join(",\n  ")
    )
}

fn axis(letter: &str, axis: &Axis) -> Vec<String> {
    let mut options = vec![format!(
        "{letter}min={},{letter}max={}",
        number::format(axis.low, 8),
        number::format(axis.high, 8)
    )];
    if axis.log {
        options.push(format!("{letter}mode=log"));
    }
    options
}

/// Numbers on one line up to this many.
const PER_LINE: usize = 5;

fn lines(coordinates: &[String]) -> String {
    let lines: Vec<String> = coordinates
        .chunks(PER_LINE)
        .map(|line| line.join(" "))
        .collect();
    lines.join("\n")
}

/// A place; what cannot be drawn is a gap.
fn place(x: f64, y: f64, plot: &Plot) -> String {
    let one = |value: f64, log: bool| match drawable(value, log) {
        true => number::format(value, 6),
        false => "nan".into(),
    };
    format!("({},{})", one(x, plot.x.log), one(y, plot.y.log))
}

fn curve(series: &Series, plot: &Plot, name: &str) -> String {
    let places = series.x.iter().zip(&series.y);
    let places: Vec<String> = places.map(|(x, y)| place(*x, *y, plot)).collect();
    format!(
        "\\addplot+[no marks,thick] coordinates {{\n{}\n}};\n\\addlegendentry{{{name}}}\n",
        lines(&places)
    )
}

fn cells(map: &Map) -> String {
    let mut places = Vec::new();
    for (j, y) in map.y.iter().enumerate() {
        for (i, x) in map.x.iter().enumerate() {
            let [x, y, value] = [*x, *y, map.at(i, j)].map(|x| number::format(x, 6));
            places.push(format!("({x},{y}) [{value}]"));
        }
    }
    format!(
        "\\addplot[matrix plot*,mesh/cols={},point meta=explicit] coordinates {{\n{}\n}};\n",
        map.x.len(),
        lines(&places)
    )
}

/// The lines of equal value, which jump from piece to piece.
fn contours(map: &Map) -> String {
    let line = |contour: &Contour| {
        let places = contour.pieces.iter().flat_map(|[from, to]| {
            let place = |(x, y): &(f64, f64)| {
                format!("({},{})", number::format(*x, 6), number::format(*y, 6))
            };
            [place(from), place(to), "(nan,nan)".to_string()]
        });
        let places: Vec<String> = places.collect();
        format!(
            "\\addplot[no marks,white,thin,forget plot] coordinates {{\n{}\n}};\n",
            lines(&places)
        )
    };
    let drawn = map
        .contours
        .iter()
        .filter(|contour| !contour.pieces.is_empty());
    drawn.map(line).collect()
}

/// Places joined in order.
fn path(path: &[(f64, f64)], plot: &Plot, colour: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let places: Vec<String> = path.iter().map(|(x, y)| place(*x, *y, plot)).collect();
    format!(
        "\\addplot[{colour},thick,mark=*,mark size=1.2pt,forget plot] coordinates {{\n{}\n}};\n",
        lines(&places)
    )
}

fn dots(points: &Points, border: &str) -> String {
    let mut places: Vec<String> = Vec::new();
    for (k, (x, y)) in points.places.iter().enumerate() {
        if !(x.is_finite() && y.is_finite()) {
            continue;
        }
        let place = format!("({},{})", number::format(*x, 6), number::format(*y, 6));
        places.push(match &points.colours {
            Some(colours) => format!("{place} [{}]", number::format(colours[k], 6)),
            None => place,
        });
    }
    let coloured = match points.colours {
        Some(_) => format!(
            "scatter,point meta=explicit,scatter/use mapped color={{draw={border},fill=mapped color}}"
        ),
        None => format!("draw={border},fill=black"),
    };
    let options = format!("only marks,mark size=1.6pt,{coloured}");
    format!(
        "\\addplot[{options}] coordinates {{\n{}\n}};\n",
        lines(&places)
    )
}
