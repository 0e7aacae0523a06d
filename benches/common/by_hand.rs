//! What one would write by hand in Rust for each case.

use wengert::primitives::random::SplitMix64;

/// A random graph of scalars with its reverse pass, one `match` a node: the usual tape.
#[derive(Clone)]
pub struct Tape {
    nodes: Vec<Node>,
    values: Vec<f64>,
    adjoints: Vec<f64>,
}

#[derive(Clone, Copy)]
enum Node {
    X,
    Y,
    Mul(u32, u32),
    Add(u32, u32),
    Sub(u32, u32),
    Sin(u32),
    Tanh(u32),
    Exp(u32),
}

impl Tape {
    /// `n` operations, each on earlier results.
    pub fn random(n: usize, seed: u64) -> Tape {
        let mut random = SplitMix64::new(seed);
        let mut nodes = vec![Node::X, Node::Y];
        for k in 2..n {
            let mut earlier = || (random.uniform() * k as f64) as u32;
            let (a, b) = (earlier(), earlier());
            nodes.push(match k % 8 {
                0 | 1 => Node::Mul(a, b),
                2 => Node::Add(a, b),
                3 | 4 => Node::Sub(a, b),
                5 => Node::Sin(a),
                6 => Node::Tanh(a),
                _ => Node::Exp(a),
            });
            // Keeps values small: an exponential of a sine.
            if let Some(Node::Exp(_)) = nodes.last() {
                nodes.pop();
                nodes.push(Node::Sin(a));
            }
        }
        // The output is the sum of the last nodes, so that much of the graph is needed.
        let last = nodes.len();
        let mut sum = (last - 1) as u32;
        for k in 2..=(n / 4).max(2) {
            nodes.push(Node::Add(sum, (last - k) as u32));
            sum = (nodes.len() - 1) as u32;
        }
        let len = nodes.len();
        Tape {
            nodes,
            values: vec![0.0; len],
            adjoints: vec![0.0; len],
        }
    }

    /// The same as a script with the output `F`.
    pub fn script(&self) -> String {
        let mut text = String::from("x = 0.5\ny = 0.8\n");
        for (k, node) in self.nodes.iter().enumerate() {
            let formula = match node {
                Node::X => "x".into(),
                Node::Y => "y".into(),
                Node::Mul(a, b) => format!("d{a}*d{b}"),
                Node::Add(a, b) => format!("d{a} + d{b}"),
                Node::Sub(a, b) => format!("d{a} - d{b}"),
                Node::Sin(a) => format!("sin(d{a})"),
                Node::Tanh(a) => format!("tanh(d{a})"),
                Node::Exp(a) => format!("exp(d{a})"),
            };
            text += &format!("d{k} = {formula}\n");
        }
        text + &format!("F = d{}\n", self.nodes.len() - 1)
    }

    /// Value and adjoints.
    pub fn run(&mut self, x: f64, y: f64) -> f64 {
        let v = &mut self.values;
        for (k, node) in self.nodes.iter().enumerate() {
            let at = |k: u32| v[k as usize];
            v[k] = match *node {
                Node::X => x,
                Node::Y => y,
                Node::Mul(a, b) => at(a) * at(b),
                Node::Add(a, b) => at(a) + at(b),
                Node::Sub(a, b) => at(a) - at(b),
                Node::Sin(a) => at(a).sin(),
                Node::Tanh(a) => at(a).tanh(),
                Node::Exp(a) => at(a).exp(),
            };
        }
        let d = &mut self.adjoints;
        d.fill(0.0);
        let last = d.len() - 1;
        d[last] = 1.0;
        for (k, node) in self.nodes.iter().enumerate().rev() {
            let ct = d[k];
            match *node {
                Node::X | Node::Y => {}
                Node::Mul(a, b) => {
                    d[a as usize] += ct * v[b as usize];
                    d[b as usize] += ct * v[a as usize];
                }
                Node::Add(a, b) => {
                    d[a as usize] += ct;
                    d[b as usize] += ct;
                }
                Node::Sub(a, b) => {
                    d[a as usize] += ct;
                    d[b as usize] -= ct;
                }
                Node::Sin(a) => d[a as usize] += ct * v[a as usize].cos(),
                Node::Tanh(a) => d[a as usize] += ct * (1.0 - v[k] * v[k]),
                Node::Exp(a) => d[a as usize] += ct * v[k],
            }
        }
        v[last]
    }

    /// The derivatives by x and y.
    pub fn gradient(&self) -> Vec<f64> {
        self.adjoints[..2].to_vec()
    }
}

/// Π xᵢ and its gradient by running products from both ends.
pub fn product(x: &[f64], gradient: &mut [f64]) -> f64 {
    let mut before = 1.0;
    for (g, x) in gradient.iter_mut().zip(x) {
        *g = before;
        before *= x;
    }
    let mut after = 1.0;
    for (g, x) in gradient.iter_mut().zip(x).rev() {
        *g *= after;
        after *= x;
    }
    before
}

/// Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)² and its gradient.
pub fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut sum = 0.0;
    for i in 0..x.len() - 1 {
        let a = x[i + 1] - x[i] * x[i];
        let b = 1.0 - x[i];
        sum += 100.0 * a * a + b * b;
        gradient[i] += -400.0 * a * x[i] - 2.0 * b;
        gradient[i + 1] += 200.0 * a;
    }
    sum
}

/// Mean of softplus(z) − x₁·z over rows, z = X·w; X column by column.
pub fn logistic(x: &[f64], w: &[f64], gradient: &mut [f64]) -> f64 {
    let n = x.len() / w.len();
    gradient.fill(0.0);
    let mut sum = 0.0;
    for i in 0..n {
        let z: f64 = w.iter().enumerate().map(|(j, w)| x[i + j * n] * w).sum();
        let e = (-z.abs()).exp();
        let target = x[i];
        sum += z.max(0.0) + e.ln_1p() - target * z;
        let s = if z >= 0.0 {
            1.0 / (1.0 + e)
        } else {
            e / (1.0 + e)
        };
        for (j, g) in gradient.iter_mut().enumerate() {
            *g += (s - target) * x[i + j * n];
        }
    }
    gradient.iter_mut().for_each(|g| *g /= n as f64);
    sum / n as f64
}

/// Two layers on 150 rows: 3 features, 16 sigmoid units, 3 classes by softmax cross-entropy.
#[derive(Clone)]
pub struct Iris {
    pub x: Vec<f64>,
    pub v: Vec<f64>,
    pub w: Vec<f64>,
    z: Vec<f64>,
    u: Vec<f64>,
    dz: Vec<f64>,
}

const ROWS: usize = 150;
const IN: usize = 3;
const HIDDEN: usize = 16;
const OUT: usize = 3;

impl Iris {
    pub fn new(x: Vec<f64>, v: Vec<f64>, w: Vec<f64>) -> Iris {
        Iris {
            x,
            v,
            w,
            z: vec![0.0; ROWS * HIDDEN],
            u: vec![0.0; ROWS * OUT],
            dz: vec![0.0; ROWS * HIDDEN],
        }
    }

    /// One step of gradient descent, column by column.
    pub fn step(&mut self, rate: f64) -> f64 {
        let column = |m: &[f64], j: usize| -> Vec<f64> { m[j * ROWS..][..ROWS].to_vec() };
        for j in 0..HIDDEN {
            let z = &mut self.z[j * ROWS..][..ROWS];
            z.fill(0.0);
            for k in 0..IN {
                let factor = self.v[k + j * IN];
                let x = &self.x[k * ROWS..][..ROWS];
                z.iter_mut().zip(x).for_each(|(z, x)| *z += x * factor);
            }
            z.iter_mut().for_each(|z| *z = 1.0 / (1.0 + (-*z).exp()));
        }
        for c in 0..OUT {
            let u = &mut self.u[c * ROWS..][..ROWS];
            u.fill(0.0);
            for j in 0..HIDDEN {
                let factor = self.w[j + c * HIDDEN];
                let z = &self.z[j * ROWS..][..ROWS];
                u.iter_mut().zip(z).for_each(|(u, z)| *u += z * factor);
            }
        }
        // The adjoint of u takes its place.
        for i in 0..ROWS {
            let row: Vec<f64> = (0..OUT).map(|c| self.u[i + c * ROWS]).collect();
            let shift = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let exps: Vec<f64> = row.iter().map(|u| (u - shift).exp()).collect();
            let sum: f64 = exps.iter().sum();
            for (c, exp) in exps.iter().enumerate() {
                let target = f64::from(u8::from(i % OUT == c));
                self.u[i + c * ROWS] = (exp / sum - target) / ROWS as f64;
            }
        }
        self.dz.fill(0.0);
        for c in 0..OUT {
            let du = column(&self.u, c);
            for j in 0..HIDDEN {
                let factor = self.w[j + c * HIDDEN];
                let dz = &mut self.dz[j * ROWS..][..ROWS];
                dz.iter_mut()
                    .zip(&du)
                    .for_each(|(dz, du)| *dz += du * factor);
            }
        }
        for c in 0..OUT {
            let du = column(&self.u, c);
            for j in 0..HIDDEN {
                let z = &self.z[j * ROWS..][..ROWS];
                let dot: f64 = z.iter().zip(&du).map(|(z, du)| z * du).sum();
                self.w[j + c * HIDDEN] -= rate * dot;
            }
        }
        for j in 0..HIDDEN {
            let z = &self.z[j * ROWS..][..ROWS];
            let dz = &mut self.dz[j * ROWS..][..ROWS];
            dz.iter_mut()
                .zip(z)
                .for_each(|(dz, z)| *dz *= z * (1.0 - z));
            for k in 0..IN {
                let x = &self.x[k * ROWS..][..ROWS];
                let dot: f64 = x.iter().zip(dz.iter()).map(|(x, dz)| x * dz).sum();
                self.v[k + j * IN] -= rate * dot;
            }
        }
        self.w[0]
    }
}

/// The Hessian of Σ (xᵢ₊₁ − xᵢ²)² times `b`.
pub fn tridiagonal(x: &[f64], b: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for i in 0..x.len() - 1 {
        let residual = x[i + 1] - x[i] * x[i];
        let beside = -4.0 * x[i];
        out[i] += (8.0 * x[i] * x[i] - 4.0 * residual) * b[i] + beside * b[i + 1];
        out[i + 1] += beside * b[i] + 2.0 * b[i + 1];
    }
}

/// The Jacobian of sin(xᵢ)·xᵢ₊₁ − xᵢ₊₂² times `b`.
pub fn banded(x: &[f64], b: &[f64], out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let (sine, cosine) = (libm::sin(x[i]), libm::cos(x[i]));
        *out = cosine * x[i + 1] * b[i] + sine * b[i + 1] - 2.0 * x[i + 2] * b[i + 2];
    }
}
