//! Operations that are made of exponentials: those are computed once for all of them.

use super::body::Function;
use super::expression::{Expression, Form};
use super::shared::{Lanes, decay_form, without_sign};
use crate::graph::{Attr, NodeId, Primitive, Shape};
use crate::primitives::{array, elementary};
use rustc_hash::FxHashMap;

impl Function<'_, '_, '_> {
    /// An operation that is made of exponentials which others need too; `None` for others.
    pub(super) fn sharing(
        &mut self,
        row: &'static Primitive,
        attr: Attr,
        ids: &[NodeId],
        args: &[Expression],
        inline: &FxHashMap<NodeId, Expression>,
    ) -> Option<Expression> {
        if let Some(form) = decay_form(row) {
            let base = without_sign(self.file.program, ids[0]);
            let shared = self
                .shared
                .counts
                .get(&base)
                .is_some_and(|count| *count > 1);
            if args[0].shape.is_scalar() && !shared {
                return None;
            }
            let decay = self.decay(base, inline);
            let pair = [args[0].clone(), decay];
            return Some(self.each(row, form, &[ids[0], base], &pair));
        }
        let lanes = [&array::LOGSUMEXP, &array::SOFTMAX, &array::LOG_SOFTMAX];
        let shape = self.file.program.graph.shape(ids[0]);
        if !lanes.iter().any(|known| row.is(known)) {
            return None;
        }
        let lanes = self.lanes(ids[0], attr, &args[0], shape);
        let id = ids[0];
        let (form, parts) = if row.is(&array::SOFTMAX) {
            ("{0} / {1}", vec![lanes.exponentials, lanes.total])
        } else if row.is(&array::LOG_SOFTMAX) {
            let rest = self.each(&elementary::LOG, "log({0})", &[id], &[lanes.total]);
            let rest = match rest.form {
                Form::Entry => self.whole(id, &rest, rest.shape),
                _ => rest,
            };
            let whole = match shape.is_scalar() {
                true => args[0].clone(),
                false => self.whole(id, &args[0], shape),
            };
            let form = "log_share({0}, {1}, {2})";
            (form, vec![whole, lanes.shift, rest])
        } else {
            ("log_total({0}, {1})", vec![lanes.shift, lanes.total])
        };
        let ids = vec![id; parts.len()];
        Some(self.each(row, form, &ids, &parts))
    }

    /// exp(-|x|), which sigmoid and softplus of x and of -x are made of.
    fn decay(&mut self, x: NodeId, inline: &FxHashMap<NodeId, Expression>) -> Expression {
        if let Some(found) = self.shared.decays.get(&x) {
            return found.clone();
        }
        let base = self.argument(x, inline);
        let text = match base.shape.is_scalar() {
            true => "exp(-fabs({0}))",
            false => "exponential(-fabs({0}))",
        };
        let decay = self.each(&elementary::EXP, text, &[x], &[base]);
        let name = self.fresh("decay");
        let found = match decay.form {
            Form::Entry => {
                self.place(&name, decay.shape.len());
                self.fill(&name, &decay, decay.shape);
                Expression::pointer(name, decay.shape)
            }
            _ => {
                self.line(format!("const double {name} = {};", decay.text));
                Expression::number(name)
            }
        };
        self.shared.decays.insert(x, found.clone());
        found
    }

    fn lanes(&mut self, id: NodeId, attr: Attr, x: &Expression, shape: Shape) -> Lanes {
        if let Some(lanes) = self.shared.lanes.get(&(id, attr)) {
            return lanes.clone();
        }
        let (m, n) = (shape.rows, shape.cols);
        // The shape of one result a lane. What lies in one piece is one column.
        let (result, kernel, sizes) = match attr {
            Attr::Axis(1) => (Shape { rows: 1, cols: n }, "columns", [m, n]),
            Attr::Axis(_) if m > 1 => (Shape { rows: m, cols: 1 }, "rows", [m, n]),
            _ => (Shape::SCALAR, "columns", [m * n, 1]),
        };
        let x = self.matrix(id, x, shape);
        let [exponentials, shift, total] =
            ["exps", "largest", "total"].map(|name| self.fresh(name));
        self.place(&exponentials, shape.len());
        self.place(&shift, result.len());
        self.place(&total, result.len());
        let [m, n] = sizes;
        self.line(format!(
            "exponentials_of_{kernel}({x}, {exponentials}, {shift}, {total}, {m}, {n});"
        ));
        let found = |name: String, shape: Shape| match shape.is_scalar() {
            true => Expression::number(format!("{name}[0]")),
            false => Expression::pointer(name, shape),
        };
        let lanes = Lanes {
            exponentials: found(exponentials, shape),
            shift: found(shift, result),
            total: found(total, result),
        };
        self.shared.lanes.insert((id, attr), lanes.clone());
        lanes
    }
}
