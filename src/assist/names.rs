//! The definitions of a session, as tables.

use crate::graph::Tensor;
use crate::lower::definitions::{Input, Meaning};
use crate::lower::{Formula, definitions::Function};
use crate::notation::colour::Paint;
use crate::number;
use crate::render::Style;
use crate::render::table::without_headings;
use crate::session::Session;
use crate::syntax::ast::Name;
use crate::view::Column;

/// Everything that is defined, in three tables.
pub fn text(session: &Session, style: &Style) -> String {
    let definitions = session.definitions();
    let mut inputs: Vec<(&Name, &Input)> = Vec::new();
    let mut formulas: Vec<(&Name, &Formula)> = Vec::new();
    for (name, variable) in definitions.own_variables() {
        match &variable.meaning {
            Meaning::Input(input) => inputs.push((name, input)),
            Meaning::Formula(formula) => formulas.push((name, formula)),
        }
    }
    inputs.sort_by_key(|(_, input)| input.place);
    let functions: Vec<&Function> = definitions.functions().map(|(_, f)| &**f).collect();
    if inputs.is_empty() && formulas.is_empty() && functions.is_empty() {
        return "nothing is defined yet\n".into();
    }
    let mut blocks = Vec::new();
    let mut block = |title: &str, columns: Vec<Column>| {
        let title = Paint::Heading.on(title, style);
        blocks.push(format!("{title}\n{}", without_headings(&columns, style)));
    };
    if !inputs.is_empty() {
        let rows: Vec<[String; 3]> = inputs
            .iter()
            .map(|(name, input)| row(session, name, input, style))
            .collect();
        let column = |k: usize| Column::left("", rows.iter().map(|row| row[k].clone()));
        block("inputs", (0..3).map(column).collect());
    }
    if !formulas.is_empty() {
        let line = |(name, formula): &(&Name, &Formula)| format!("  {name} = {}", written(formula));
        let column = Column::left("", formulas.iter().map(line));
        block("formulas", vec![column]);
    }
    if !functions.is_empty() {
        let line = |function: &&Function| {
            let body = written(&function.body);
            format!("  {} = {body}", function.signature())
        };
        let column = Column::left("", functions.iter().map(line));
        block("functions", vec![column]);
    }
    blocks.join("\n")
}

/// Name, shape and value of an input.
fn row(session: &Session, name: &Name, input: &Input, style: &Style) -> [String; 3] {
    if let Some(stored) = &input.stored {
        let shown = format!("sparse: {} entries stored", stored.places.len());
        return [format!("  {name}"), stored.shape.to_string(), shown];
    }
    let known = input.value.get().map(|value| Tensor::clone(value));
    let value = known.or_else(|| session.preview(name));
    let shape = value.as_ref().map(Tensor::shape).or(input.declared);
    let shape = shape.filter(|shape| !shape.is_scalar());
    let shown = match (&value, &input.source) {
        (Some(value), _) if value.shape().is_empty() => "empty".into(),
        (Some(value), _) if value.shape().len() <= 12 => {
            if value.shape().is_scalar() {
                number::format(value.as_scalar().unwrap_or(f64::NAN), style.digits)
            } else {
                number::brackets(value, style.digits)
            }
        }
        (_, Some(source)) => written(source),
        (Some(value), None) => {
            let text = number::inline(value, style.digits);
            text.split_once(", ")
                .map_or(text.clone(), |(_, norm)| norm.to_string())
        }
        (None, None) => "no value yet".into(),
    };
    let shape = shape.map_or(String::new(), |shape| shape.to_string());
    [format!("  {name}"), shape, shown]
}

/// A formula on one line, without comments.
fn written(formula: &Formula) -> String {
    let text = formula.script.text(formula.expr);
    if text.contains(['\n', '\r', '#']) {
        return crate::syntax::printer::print(&formula.script, formula.expr);
    }
    text.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn three_tables() {
        let mut session = Session::default();
        let style = Style::default();
        assert_eq!(text(&session, &style), "nothing is defined yet\n");
        let script = "w = 3; x = [1, 2]; R = rand(40, 40); input y, t[3]
            L = (w*x -\n y)^2; f(a, b) = a*b; w := 4; e = zeros(0, 2)";
        session
            .run_source(&Source::new("test", script), &mut |_| {})
            .expect("runs");
        assert_eq!(
            text(&session, &style),
            "\
inputs
  w           4
  x   2×1     [1, 2]
  R   40×40   rand(40, 40)
  y           no value yet
  t   3×1     no value yet
  e   0×2     empty

formulas
  L = (w*x - y)^2

functions
  f(a, b) = a*b
"
        );
    }
}
