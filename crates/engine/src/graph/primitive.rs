//! The type of one row of the primitive table: everything the tool knows about one operation.
//!
//! There is no enumeration of functions anywhere: a row *is* the operation, and lowering,
//! execution, both derivative modes, notation, help and tests read the row.

pub use super::columns::{
    AddsUp, Adjoint, Arity, Bilinear, Demand, DerivativeRule, Domain, Implied, JetRule, KinkRule,
    Mask, Notation, Operator, Parity, Partial1, Partial2, Reach, Rounding, RoundingCall, Sees,
    Select, Selected, ShapeRule, Sizes, Slopes, Tangent, Transposed,
};
pub use super::kernel::{
    Both, Fault, Kernel, KernelCall, Lanes, Map1, Map2, Map3, Placement, Placing, Together,
    WholeKernel,
};

/// A function that another one of one number brings along.
#[derive(Clone, Copy)]
pub struct Twin {
    /// The function.
    pub other: &'static Primitive,
    /// True if it is that of the number's negative.
    pub negated: bool,
    /// Both at once.
    pub both: Both,
}

/// One operation: one row of the table.
pub struct Primitive {
    /// Its name in the language, in traces and in JSON.
    pub name: &'static str,
    /// Other names for it in the language.
    pub aliases: &'static [&'static str],
    /// True if a script may call it by name.
    pub callable: bool,
    /// The names of its arguments, as its signature shows them; the last may be `…`.
    pub parameters: &'static [&'static str],
    /// The number of arguments that are values of the graph.
    pub arity: Arity,
    /// The number of arguments after those that are counts, known while lowering.
    pub sizes: Arity,
    /// The number of its last values that only name places: they have no derivative, and a linear
    /// operation is linear in the others.
    pub places: usize,
    /// True if it takes `axis=`.
    pub axis: bool,
    /// True if it takes `seed=`.
    pub seed: bool,
    /// Arguments given by name, with their defaults; they come after the values.
    pub options: &'static [(&'static str, f64)],
    /// The shape of the result.
    pub shape: ShapeRule,
    /// The sizes among its arguments, as its result shows them.
    pub shown_sizes: Sizes,
    /// The order in which arguments are needed.
    pub demand: Demand,
    /// True if the first argument is a condition that decides between the other two.
    pub chooses: bool,
    /// True if it is the largest or smallest of its arguments or entries.
    pub extreme: bool,
    /// True for a reduction that has a value where there are no entries.
    pub takes_empty: bool,
    /// The purpose of its first argument, if that is a mask where it is 0.
    pub mask: Option<Mask>,
    /// True if every entry of the result is an entry of an argument, so that 0 and 1 stay 0 and 1.
    pub moves_entries: bool,
    /// True if it repeats its argument, so that a number that is the same everywhere stays one.
    pub repeats: bool,
    /// The entries of its argument that the result depends on.
    pub sees: Sees,
    /// The entries of its arguments that each entry of the result depends on.
    pub reach: Reach,
    /// The sum over the rows of its arguments that it is, if any.
    pub adds_up: Option<AddsUp>,
    /// The numbers where it is defined, if that is not all of them.
    pub domain: Option<Domain>,
    /// Even, odd or neither.
    pub parity: Option<Parity>,
    /// The condition that holds where this one does not, but for NaN.
    pub opposite: Option<&'static Primitive>,
    /// The same operation with a derivative that the language has words for.
    pub spelled: Option<&'static Primitive>,
    /// True if formulas can be written with it although no script can call it.
    pub writable: bool,
    /// True if its kernel refuses some values.
    pub may_fail: bool,
    /// Another function that costs little where this one is computed of the same number.
    pub twin: Option<Twin>,
    /// Another operation that costs little where this one is computed of the same, and both at once.
    pub companion: Option<(&'static Primitive, Together)>,
    /// The computation of its value.
    pub kernel: Kernel,
    /// Its derivative.
    pub derivative: DerivativeRule,
    /// The coefficients of its power series.
    pub jets: JetRule,
    /// The rounding error that it adds.
    pub rounding: Rounding,
    /// Its kinks.
    pub kinks: Option<KinkRule>,
    /// Its notation.
    pub notation: Notation,
    /// A call in LaTeX: the text before the arguments' parentheses (`\sin`), or the
    /// whole with `#1`, `#2` for the arguments (`\sqrt{#1}`); empty for the name in upright letters.
    pub latex: &'static str,
    /// One sentence about it.
    pub doc: &'static str,
    /// A formula that uses it, and what the tool answers.
    pub example: (&'static str, &'static str),
    /// Points at which the tests hold its derivatives against finite differences: one list of
    /// scalar arguments each (entry-by-entry operations only).
    pub samples: &'static [&'static [f64]],
}

impl Primitive {
    /// A row with nothing but a name and a kernel; everything else is set by the methods below.
    pub const fn new(name: &'static str, kernel: Kernel, shape: ShapeRule) -> Primitive {
        Primitive {
            name,
            aliases: &[],
            callable: true,
            parameters: &["x"],
            arity: Arity { least: 1, most: 1 },
            sizes: Arity { least: 0, most: 0 },
            places: 0,
            axis: false,
            seed: false,
            options: &[],
            shape,
            shown_sizes: Sizes::None,
            demand: Demand::All,
            chooses: false,
            extreme: false,
            takes_empty: false,
            mask: None,
            moves_entries: false,
            repeats: false,
            sees: Sees::All,
            reach: match kernel {
                Kernel::Map1(_) | Kernel::Map2(_) | Kernel::Map3(_) | Kernel::Fold(_) => {
                    Reach::Entry
                }
                Kernel::Place(_) => Reach::Blocks,
                Kernel::Alias => Reach::Moved,
                Kernel::Rounds | Kernel::RoundsBack => Reach::Rounds,
                Kernel::Whole(_) => Reach::All,
            },
            adds_up: None,
            domain: None,
            parity: None,
            opposite: None,
            spelled: None,
            writable: false,
            may_fail: false,
            twin: None,
            companion: None,
            kernel,
            derivative: DerivativeRule::Zero,
            jets: JetRule::Derived,
            rounding: Rounding::Ulps(0.5),
            kinks: None,
            notation: Notation::Call,
            latex: "",
            doc: "",
            example: ("", ""),
            samples: &[],
        }
    }

    /// An entry-by-entry function of one argument.
    pub const fn map1(name: &'static str, kernel: Map1) -> Primitive {
        Primitive::new(name, Kernel::Map1(kernel), ShapeRule::Entrywise)
    }

    /// An entry-by-entry function of two arguments.
    pub const fn map2(name: &'static str, kernel: Map2) -> Primitive {
        Primitive::new(name, Kernel::Map2(kernel), ShapeRule::Entrywise).parameters(&["a", "b"])
    }

    /// An entry-by-entry function of three arguments.
    pub const fn map3(name: &'static str, kernel: Map3) -> Primitive {
        Primitive::new(name, Kernel::Map3(kernel), ShapeRule::Entrywise)
            .parameters(&["a", "b", "c"])
    }

    /// A function of whole arrays.
    pub const fn whole(name: &'static str, kernel: WholeKernel, shape: ShapeRule) -> Primitive {
        Primitive::new(name, Kernel::Whole(kernel), shape)
    }

    /// A reduction: takes one array and `axis=`.
    pub const fn reduction(name: &'static str, kernel: WholeKernel) -> Primitive {
        Primitive::whole(name, kernel, ShapeRule::Reduce)
            .with_axis()
            .reach(Reach::Lane)
    }

    /// With other names.
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Primitive {
        self.aliases = aliases;
        self
    }

    /// With these parameters, all of them values.
    pub const fn parameters(mut self, parameters: &'static [&'static str]) -> Primitive {
        self.parameters = parameters;
        self.arity = Arity {
            least: parameters.len(),
            most: parameters.len(),
        };
        self
    }

    /// With at least `least` arguments.
    pub const fn variadic(mut self, least: usize) -> Primitive {
        self.arity = Arity {
            least,
            most: usize::MAX,
        };
        self
    }

    /// With `values` value arguments and then `least` to `most` counts, which the shape of the
    /// result shows like this.
    pub const fn counts(
        mut self,
        values: usize,
        least: usize,
        most: usize,
        shown: Sizes,
    ) -> Primitive {
        self.shown_sizes = shown;
        self.arity = Arity {
            least: values,
            most: values,
        };
        self.sizes = Arity { least, most };
        self
    }

    /// Its last `places` values only say where something is.
    pub const fn places(mut self, places: usize) -> Primitive {
        self.places = places;
        self
    }

    /// Takes `axis=`.
    pub const fn with_axis(mut self) -> Primitive {
        self.axis = true;
        self
    }

    /// Takes `seed=`.
    pub const fn with_seed(mut self) -> Primitive {
        self.seed = true;
        self
    }

    /// Its last arguments may also be given by name, and left out.
    pub const fn options(mut self, options: &'static [(&'static str, f64)]) -> Primitive {
        self.options = options;
        self
    }

    /// Needs its arguments one after the other.
    pub const fn demand(mut self, demand: Demand) -> Primitive {
        self.demand = demand;
        self
    }

    /// The first argument decides between the other two.
    pub const fn chooses(mut self) -> Primitive {
        self.chooses = true;
        self.exact()
    }

    /// The largest or smallest of something.
    pub const fn extreme(mut self) -> Primitive {
        self.extreme = true;
        self.exact()
    }

    /// A reduction that has a value on nothing.
    pub const fn takes_empty(mut self) -> Primitive {
        self.takes_empty = true;
        self
    }

    /// 0 where the first argument is false.
    pub const fn mask(mut self, mask: Mask) -> Primitive {
        self.mask = Some(mask);
        self.exact()
    }

    /// Every entry of the result is an entry of an argument.
    pub const fn moves_entries(mut self) -> Primitive {
        self.moves_entries = true;
        if let Reach::All = self.reach {
            self.reach = Reach::Moved;
        }
        self.exact()
    }

    /// Moves entries, and repeats them.
    pub const fn repeats(mut self) -> Primitive {
        self.repeats = true;
        self.moves_entries()
    }

    /// Depends on some entries of its argument only.
    pub const fn sees(mut self, sees: Sees) -> Primitive {
        self.sees = sees;
        self
    }

    /// An entry of the result depends on these entries of the arguments.
    pub const fn reach(mut self, reach: Reach) -> Primitive {
        self.reach = reach;
        self
    }

    /// Adds up over the rows of its arguments.
    pub const fn adds_up(mut self, how: AddsUp) -> Primitive {
        self.adds_up = Some(how);
        self
    }

    /// Defined where its argument at this position is among these numbers.
    pub const fn domain(mut self, argument: usize, least: f64, most: f64) -> Primitive {
        self.domain = Some(Domain {
            argument,
            least,
            most,
        });
        self
    }

    /// Even or odd.
    pub const fn parity(mut self, parity: Parity) -> Primitive {
        self.parity = Some(parity);
        self
    }

    /// Holds where `other` does not.
    pub const fn opposite(mut self, other: &'static Primitive) -> Primitive {
        self.opposite = Some(other);
        self
    }

    /// The language has words for the derivative of `other`, which is the same operation.
    pub const fn spelled(mut self, other: &'static Primitive) -> Primitive {
        self.spelled = Some(other);
        self
    }

    /// Not callable, but there is a way to write formulas with it.
    pub const fn writable(mut self) -> Primitive {
        self.writable = true;
        self
    }

    /// Its kernel refuses some values.
    pub const fn may_fail(mut self) -> Primitive {
        self.may_fail = true;
        self
    }

    /// The function `other` of the same number can be had along.
    pub const fn twin(mut self, other: &'static Primitive, both: Both) -> Primitive {
        let negated = false;
        self.twin = Some(Twin {
            other,
            negated,
            both,
        });
        self
    }

    /// It is the row `itself`, and f(x) and f(−x) can be had together.
    pub const fn mirror(mut self, itself: &'static Primitive, both: Both) -> Primitive {
        let (other, negated) = (itself, true);
        self.twin = Some(Twin {
            other,
            negated,
            both,
        });
        self
    }

    /// The operation `other` of the same can be had along.
    pub const fn companion(mut self, other: &'static Primitive, both: Together) -> Primitive {
        self.companion = Some((other, both));
        self
    }

    /// With this derivative.
    pub const fn derivative(mut self, derivative: DerivativeRule) -> Primitive {
        self.derivative = derivative;
        self
    }

    /// With one partial derivative.
    pub const fn partial(self, rule: Partial1) -> Primitive {
        self.derivative(DerivativeRule::Partial1(rule))
    }

    /// With two partial derivatives.
    pub const fn partials(self, a: Partial2, b: Partial2) -> Primitive {
        self.derivative(DerivativeRule::Partial2(a, b))
    }

    /// With a power series that is found in a way of its own.
    pub const fn jets(mut self, rule: JetRule) -> Primitive {
        self.jets = rule;
        self
    }

    /// With a result that is never rounded.
    pub const fn exact(self) -> Primitive {
        self.rounding(Rounding::Exact)
    }

    /// With results that are off by at most so many units in the last place.
    pub const fn ulps(self, ulps: f64) -> Primitive {
        self.rounding(Rounding::Ulps(ulps))
    }

    /// With this rounding error; half an ulp if none is stated.
    pub const fn rounding(mut self, rounding: Rounding) -> Primitive {
        self.rounding = rounding;
        self
    }

    /// With kinks.
    pub const fn kinks(mut self, rule: KinkRule) -> Primitive {
        self.kinks = Some(rule);
        self
    }

    /// Written like this. What is not written as a call cannot be called by name.
    pub const fn notation(mut self, notation: Notation) -> Primitive {
        self.notation = notation;
        if matches!(notation, Notation::Negation) || notation.is_truth() {
            self.rounding = Rounding::Exact;
        }
        self.callable = matches!(notation, Notation::Call);
        self
    }

    /// Written like this in LaTeX.
    pub const fn latex(mut self, latex: &'static str) -> Primitive {
        self.latex = latex;
        self
    }

    /// Callable by name although it has a notation of its own.
    pub const fn also_callable(mut self) -> Primitive {
        self.callable = true;
        self
    }

    /// Not part of the language: built by rules and by lowering only.
    pub const fn internal(mut self) -> Primitive {
        self.callable = false;
        self
    }

    /// With a sentence of documentation.
    pub const fn doc(mut self, doc: &'static str) -> Primitive {
        self.doc = doc;
        self
    }

    /// With an example and its answer.
    pub const fn example(mut self, text: &'static str, answer: &'static str) -> Primitive {
        self.example = (text, answer);
        self
    }

    /// With sample points.
    pub const fn samples(mut self, samples: &'static [&'static [f64]]) -> Primitive {
        self.samples = samples;
        self
    }
}
