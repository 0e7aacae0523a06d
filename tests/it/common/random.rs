//! Random programs: scalars, vectors and matrices, functions, comprehensions, iteration, choices,
//! derivatives inside, named intermediates.

use std::fmt::Write;
use wengert::primitives::random::SplitMix64;

/// The inputs of every program, with their number of rows and columns.
pub const INPUTS: &[(&str, usize, usize)] = &[("x", 1, 1), ("y", 1, 1), ("v", 2, 1), ("A", 2, 2)];

/// A program: definitions of its inputs, then of everything else. `F` is a scalar, `V` a vector.
#[derive(Clone, Debug)]
pub struct Program {
    /// Values of the inputs.
    pub inputs: String,
    /// The definitions that follow, one a line.
    pub formulas: Vec<String>,
}

impl Program {
    /// The whole text.
    pub fn text(&self) -> String {
        format!("{}{}\n", self.inputs, self.formulas.join("\n"))
    }
}

/// What kinds of programs are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terrain {
    /// Differentiable where they are evaluated, with tame values.
    Smooth,
    /// At kinks and poles too.
    Wild,
}

/// The program of a seed.
pub fn program(seed: u64, terrain: Terrain) -> Program {
    Maker {
        random: SplitMix64::new(seed),
        terrain,
        scalars: Vec::new(),
        vectors: Vec::new(),
        matrices: Vec::new(),
        inside: false,
    }
    .program()
}

struct Maker {
    random: SplitMix64,
    terrain: Terrain,
    scalars: Vec<String>,
    vectors: Vec<String>,
    matrices: Vec<String>,
    /// Whether a function body is being made, which must not call functions.
    inside: bool,
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_string()).collect()
}

impl Maker {
    fn below(&mut self, n: usize) -> usize {
        (self.random.next_bits() % n as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let k = self.below(texts.len());
        texts[k]
    }

    fn named(&mut self, names: &[String]) -> String {
        let k = self.below(names.len());
        names[k].clone()
    }

    /// A value of an input: at kinks and poles now and then, on wild terrain.
    fn entry(&mut self) -> String {
        if self.terrain == Terrain::Wild && self.one_in(3) {
            return self.pick(&["0", "1", "-1", "2"]).to_string();
        }
        format!("{:.6}", 4.0 * self.random.uniform() - 2.0)
    }

    fn program(mut self) -> Program {
        let mut inputs = String::new();
        for (name, rows, cols) in INPUTS {
            let entries: Vec<String> = (0..rows * cols).map(|_| self.entry()).collect();
            let value = match (rows, cols) {
                (1, 1) => entries[0].clone(),
                _ => {
                    let rows: Vec<String> =
                        entries.chunks(*cols).map(|row| row.join(", ")).collect();
                    format!("[{}]", rows.join("; "))
                }
            };
            writeln!(inputs, "{name} = {value}").unwrap();
        }
        let mut formulas = Vec::new();
        self.inside = true;
        self.scalars = strings(&["t", "t", "x"]);
        self.vectors = strings(&["v"]);
        self.matrices = strings(&["A"]);
        formulas.push("recip(x) = 1/x".to_string());
        formulas.push(format!("f(t) = {}", self.scalar(2)));
        self.scalars = strings(&["s", "t", "y"]);
        formulas.push(format!("g(s, t) = {}", self.scalar(2)));
        self.inside = false;
        self.scalars = strings(&["x", "y"]);
        for k in 0..self.below(4) {
            let name = format!("m{k}");
            match self.below(3) {
                0 => {
                    formulas.push(format!("{name} = {}", self.scalar(2)));
                    self.scalars.push(name);
                }
                1 => {
                    formulas.push(format!("{name} = {}", self.vector(2)));
                    self.vectors.push(name);
                }
                _ => {
                    formulas.push(format!("{name} = {}", self.matrix(2)));
                    self.matrices.push(name);
                }
            }
        }
        formulas.push(format!("V = {}", self.vector(3)));
        self.vectors.push("V".to_string());
        formulas.push(format!("F = {}", self.scalar(3)));
        Program { inputs, formulas }
    }

    fn condition(&mut self, depth: usize) -> String {
        let comparison = self.pick(&["<", "<=", ">", ">=", "==", "!="]);
        let first = format!("({} {comparison} {})", self.scalar(depth), self.scalar(0));
        match self.below(4) {
            0 => format!("({first} and {} > -1)", self.scalar(0)),
            1 => format!("(not {first} or {} > 1)", self.scalar(0)),
            _ => first,
        }
    }

    fn scalar(&mut self, depth: usize) -> String {
        if depth == 0 || self.one_in(8) {
            return match self.below(5) {
                0 => self.pick(&["0.5", "2", "-1", "1.5", "pi", "0"]).to_string(),
                _ => {
                    let names = self.scalars.clone();
                    self.named(&names)
                }
            };
        }
        let d = depth - 1;
        let wild = self.terrain == Terrain::Wild;
        match self.below(24) {
            0 | 1 => format!("({} + {})", self.scalar(d), self.scalar(d)),
            2 | 3 => format!("({} - {})", self.scalar(d), self.scalar(d)),
            4 | 5 => format!("({}*{})", self.scalar(d), self.scalar(d)),
            6 => format!("({}/(1 + ({})^2))", self.scalar(d), self.scalar(d)),
            7 => format!(
                "(({})^{})",
                self.scalar(d),
                self.pick(&["2", "3", "0", "1"])
            ),
            8 | 9 => {
                let smooth = [
                    "sin", "cos", "tanh", "atan", "sigmoid", "softplus", "asinh", "erf",
                ];
                format!("{}({})", self.pick(&smooth), self.scalar(d))
            }
            10 => format!("exp(-({})^2)", self.scalar(d)),
            11 => format!("log(1.5 + ({})^2)", self.scalar(d)),
            12 if wild => format!(
                "{}({})",
                self.pick(&["sqrt", "log", "abs", "relu", "recip", "cbrt", "log1p"]),
                self.scalar(d)
            ),
            13 if wild => format!(
                "{}({}, {})",
                self.pick(&["max", "min", "hypot", "atan2"]),
                self.scalar(d),
                self.scalar(d)
            ),
            14 => format!(
                "(if {} then {} else {})",
                self.condition(0),
                self.scalar(d),
                self.scalar(d)
            ),
            15 => format!(
                "where({}, {}, {})",
                self.condition(0),
                self.scalar(d),
                self.scalar(d)
            ),
            16 => {
                let reduction = self.pick(&["sum", "mean", "prod", "logsumexp", "var"]);
                format!(
                    "{reduction}({})",
                    if self.one_in(2) {
                        self.vector(d)
                    } else {
                        self.matrix(d)
                    }
                )
            }
            17 => format!("dot({}, {})", self.vector(d), self.vector(d)),
            18 => match self.below(3) {
                0 => format!("{}({})", self.pick(&["det", "tr"]), self.matrix(d)),
                1 => format!(
                    "det([{}, {}; {}, 2])",
                    self.scalar(d),
                    self.scalar(0),
                    self.scalar(0)
                ),
                _ => format!("({}'*{})", self.vector(0), self.vector(d)),
            },
            19 => format!("sum({}*v[i]^2 + i for i in 1..2)", self.scalar(d)),
            20 if !self.inside => format!("f({})", self.scalar(d)),
            21 if !self.inside => format!("g({}, {})", self.scalar(d), self.scalar(d)),
            22 if !self.inside => match self.below(3) {
                0 => format!("f'({})", self.scalar(d)),
                1 => format!("iterate(f, {}, 2)", self.scalar(d)),
                _ => format!(
                    "grad({}, {})",
                    self.scalar(d),
                    self.pick(&["x", "y", "v[1]", "A[1, 2]"])
                ),
            },
            23 if wild => format!(
                "{}({})",
                self.pick(&["norm", "norm1", "max", "min", "std"]),
                self.vector(d)
            ),
            _ => format!("{}[{}]", self.vector(0), self.pick(&["1", "2"])),
        }
    }

    fn vector(&mut self, depth: usize) -> String {
        if depth == 0 || self.one_in(8) {
            let names = [strings(&["v"]), self.vectors.clone()].concat();
            return self.named(&names);
        }
        let d = depth - 1;
        let wild = self.terrain == Terrain::Wild;
        match self.below(14) {
            0 => format!("({} + {})", self.vector(d), self.vector(d)),
            1 => format!("({} - {})", self.vector(d), self.scalar(d)),
            2 => format!("({} .* {})", self.vector(d), self.vector(d)),
            3 => format!("({}*{})", self.matrix(d), self.vector(d)),
            4 => format!(
                "{}({})",
                self.pick(&[
                    "sin",
                    "tanh",
                    "softmax",
                    "cumsum",
                    "cumprod",
                    "log_softmax",
                    "sigmoid"
                ]),
                self.vector(d)
            ),
            5 => format!("[{}, {}]", self.scalar(d), self.scalar(d)),
            6 => format!("[{}*i + v[i] for i in 1..2]", self.scalar(d)),
            7 => format!("{}[:, {}]", self.matrix(0), self.pick(&["1", "2"])),
            8 => format!(
                "where({} > 0.5, {}, {})",
                self.vector(0),
                self.vector(d),
                self.vector(d)
            ),
            9 => format!("solve({}'*{} + 3*eye(2), {})", "A", "A", self.vector(d)),
            10 if wild => format!(
                "{}({}, {})",
                self.pick(&["max", "min"]),
                self.vector(d),
                self.scalar(d)
            ),
            11 => format!(
                "{}({}, axis=2)",
                self.pick(&["sum", "prod", "mean", "logsumexp"]),
                self.matrix(d)
            ),
            12 if !self.inside => format!("grad({}, v)", self.scalar(d)),
            _ => format!("({}/(({} .^ 2)[1] + 1))", self.vector(d), self.vector(0)),
        }
    }

    fn matrix(&mut self, depth: usize) -> String {
        if depth == 0 || self.one_in(8) {
            let names = [strings(&["A"]), self.matrices.clone()].concat();
            return self.named(&names);
        }
        let d = depth - 1;
        match self.below(9) {
            0 => format!("({}*{})", self.matrix(d), self.matrix(d)),
            1 => format!("({} + {}')", self.matrix(d), self.vector(d)),
            2 => format!("({} .* {})", self.matrix(d), self.matrix(d)),
            3 => format!("{}'", self.matrix(0)),
            4 => format!("({}*{}')", self.vector(d), self.vector(d)),
            5 => format!(
                "{}({})",
                self.pick(&["sin", "tanh", "softmax", "cumsum"]),
                self.matrix(d)
            ),
            6 => format!(
                "{}({}, axis=2)",
                self.pick(&["softmax", "cumprod", "cumsum"]),
                self.matrix(d)
            ),
            7 => format!("hcat({}, {})", self.vector(d), self.vector(d)),
            _ => format!("[{}*i + j for i in 1..2, j in 1..2]", self.scalar(d)),
        }
    }
}
