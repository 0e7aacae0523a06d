//! Colours: rows or columns of one colour share a pass, because no two of them meet.

use super::SparsityPattern;

/// The way in which a matrix of derivatives is found from its passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Forward passes for groups of columns, no two of which have a place in the same row.
    Columns,
    /// Reverse passes for groups of rows, no two of which have a place in the same column.
    Rows,
    /// Passes for groups of rows of a symmetric matrix: of an entry and its mirror image one is alone.
    Star,
}

impl Method {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Method::Columns => "columns",
            Method::Rows => "rows",
            Method::Star => "star",
        }
    }
}

/// The matrix that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WantedMatrix {
    /// Any.
    Jacobian,
    /// A symmetric one.
    Hessian,
}

/// A colour for each row or column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colouring {
    /// Rows or columns, and how entries are found again.
    pub method: Method,
    /// The colour of each, from 0.
    pub colours: Vec<u32>,
    /// The number of colours: passes.
    pub count: usize,
    /// For each place of the pattern, row by row, where its value stands: the pass, and the entry of what
    /// the pass gives.
    pub found: Vec<(u32, u32)>,
}

/// Pairs of places that are looked at before a colouring is given up.
const WORK: usize = 400_000_000;

const NO_COLOUR: u32 = u32::MAX;

impl Colouring {
    /// The colouring of `pattern` with the fewest colours, but no more than `most`. Of equally good ones the
    /// first is taken: rows where there are no more of them than columns, columns, and the star.
    pub fn of(pattern: &SparsityPattern, wanted: WantedMatrix, most: usize) -> Option<Colouring> {
        let transposed = pattern.transposed();
        let columns = |most| {
            let (colours, count) = apart(pattern, &transposed, most)?;
            Some(Colouring::direct(pattern, Method::Columns, colours, count))
        };
        let rows = |most| {
            let (colours, count) = apart(&transposed, pattern, most)?;
            Some(Colouring::direct(pattern, Method::Rows, colours, count))
        };
        let fewer = |best: &Option<Colouring>| {
            best.as_ref()
                .map_or(Some(most), |best| best.count.checked_sub(1))
        };
        let mut best = match pattern.rows() <= pattern.cols() {
            true => rows(most),
            false => columns(most),
        };
        let other = fewer(&best).and_then(|most| match pattern.rows() <= pattern.cols() {
            true if wanted == WantedMatrix::Jacobian => columns(most),
            true => None,
            false => rows(most),
        });
        best = other.or(best);
        if wanted == WantedMatrix::Hessian
            && pattern.rows() == pattern.cols()
            && transposed == *pattern
        {
            best = fewer(&best).and_then(|most| star(pattern, most)).or(best);
        }
        best
    }

    fn direct(
        pattern: &SparsityPattern,
        method: Method,
        colours: Vec<u32>,
        count: usize,
    ) -> Colouring {
        let place = |(i, j): (usize, usize)| match method {
            Method::Columns => (colours[j], i as u32),
            _ => (colours[i], j as u32),
        };
        let found = pattern.places().map(place).collect();
        Colouring {
            method,
            colours,
            count,
            found,
        }
    }
}

/// Colours for the columns of `pattern` such that no two of one colour have a place in the same row; the
/// ones that meet most others first.
fn apart(
    pattern: &SparsityPattern,
    transposed: &SparsityPattern,
    most: usize,
) -> Option<(Vec<u32>, usize)> {
    if pattern.longest_row() > most {
        return None;
    }
    let weight = |j: usize| -> usize {
        let rows = transposed.row(j).iter();
        rows.map(|i| pattern.row(*i as usize).len()).sum()
    };
    let weights: Vec<usize> = (0..pattern.cols()).map(weight).collect();
    if weights.iter().sum::<usize>() > WORK {
        return None;
    }
    let mut order: Vec<usize> = (0..pattern.cols()).collect();
    order.sort_by_key(|j| std::cmp::Reverse(weights[*j]));
    let mut colours = vec![NO_COLOUR; pattern.cols()];
    let mut palette = Palette::default();
    for j in order {
        palette.start();
        for i in transposed.row(j) {
            for other in pattern.row(*i as usize) {
                palette.forbid(colours[*other as usize]);
            }
        }
        colours[j] = palette.choose(most)?;
    }
    Some((colours, palette.count()))
}

/// The colours that the next one to be coloured may not have.
#[derive(Default)]
struct Palette {
    /// By colour: the last one that might not have it.
    forbidden: Vec<usize>,
    now: usize,
}

impl Palette {
    fn start(&mut self) {
        self.now += 1;
    }

    fn forbid(&mut self, colour: u32) {
        if colour != NO_COLOUR {
            self.forbidden[colour as usize] = self.now;
        }
    }

    /// The first colour that is allowed; `None` if that is one too many.
    fn choose(&mut self, most: usize) -> Option<u32> {
        let free = self.forbidden.iter().position(|last| *last != self.now);
        let colour = free.unwrap_or(self.forbidden.len());
        if colour >= most {
            return None;
        }
        if colour == self.forbidden.len() {
            self.forbidden.push(0);
        }
        Some(colour as u32)
    }

    /// A colour that nobody has.
    fn fresh(&mut self, most: usize) -> Option<u32> {
        self.now += 1;
        self.forbidden.iter_mut().for_each(|last| *last = self.now);
        self.choose(most)
    }

    fn count(&self) -> usize {
        self.forbidden.len()
    }
}

/// Places in a row, besides so many on average, from which on it has a colour of its own.
const HEAVY: usize = 16;

/// A star colouring of a symmetric pattern: neighbours differ, and no path of four is in two colours. Rows
/// that meet very many others, such as the head of an arrow, have a colour each, so the rest is cheap.
fn star(pattern: &SparsityPattern, most: usize) -> Option<Colouring> {
    let n = pattern.rows();
    let usual = HEAVY + 4 * pattern.nonzeros() / n.max(1);
    let degree = |v: usize| pattern.row(v).len();
    let is_heavy = |v: usize| degree(v) > usual;
    let cost = |v: usize| match is_heavy(v) {
        true => 0,
        false => degree(v) * degree(v) * usual.min(degree(v)),
    };
    if (0..n).map(cost).fold(0, usize::saturating_add) > WORK {
        return None;
    }
    let mut colours = vec![NO_COLOUR; n];
    let mut palette = Palette::default();
    let (heavy, light): (Vec<usize>, Vec<usize>) = (0..n).partition(|v| is_heavy(*v));
    for v in heavy {
        colours[v] = palette.fresh(most)?;
    }
    let neighbours = |v: usize| {
        let others = pattern.row(v).iter().map(|w| *w as usize);
        others.filter(move |w| *w != v && !is_heavy(*w))
    };
    let mut order = light;
    order.sort_by_key(|v| std::cmp::Reverse(degree(*v)));
    let heavy_colours = palette.count();
    for v in order {
        palette.start();
        (0..heavy_colours as u32).for_each(|colour| palette.forbid(colour));
        for w in neighbours(v) {
            palette.forbid(colours[w]);
            for x in neighbours(w).filter(|x| *x != v && colours[*x] != NO_COLOUR) {
                let meets = |y: usize| y != w && colours[y] == colours[w];
                if colours[w] == NO_COLOUR || neighbours(x).any(meets) {
                    palette.forbid(colours[x]);
                }
            }
        }
        colours[v] = palette.choose(most)?;
    }
    let count = palette.count();
    let found = mirrored(pattern, &colours, count)?;
    Some(Colouring {
        method: Method::Star,
        colours,
        count,
        found,
    })
}

/// For each place the pass of its row where no other row of that colour meets its column, or else its mirror
/// image; `None` where neither is alone, which no star colouring leaves.
fn mirrored(pattern: &SparsityPattern, colours: &[u32], count: usize) -> Option<Vec<(u32, u32)>> {
    // By column, the rows of each colour that meet it. Rows and columns are alike.
    let mut meeting = vec![(usize::MAX, 0u32); count];
    let mut alone: Vec<Vec<bool>> = Vec::with_capacity(pattern.rows());
    for j in 0..pattern.rows() {
        let row = pattern.row(j);
        for i in row {
            let slot = &mut meeting[colours[*i as usize] as usize];
            *slot = match slot.0 == j {
                true => (j, slot.1 + 1),
                false => (j, 1),
            };
        }
        let single = |i: &u32| meeting[colours[*i as usize] as usize].1 == 1;
        alone.push(row.iter().map(single).collect());
    }
    let is_alone = |i: usize, j: usize| {
        let place = pattern.row(j).binary_search(&(i as u32));
        place.is_ok_and(|place| alone[j][place])
    };
    let place = |(i, j): (usize, usize)| {
        if is_alone(i, j) {
            Some((colours[i], j as u32))
        } else {
            is_alone(j, i).then(|| (colours[j], i as u32))
        }
    };
    pattern.places().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::random::SplitMix64;

    fn pattern(n: usize, has: impl Fn(usize, usize) -> bool) -> SparsityPattern {
        let mut pattern = SparsityPattern::with_columns(n);
        for i in 0..n {
            let row: Vec<u32> = (0..n).filter(|j| has(i, *j)).map(|j| j as u32).collect();
            pattern.push_row(&row);
        }
        pattern
    }

    /// A matrix with different numbers in all places, found again from sums over the rows or columns of
    /// each colour.
    fn is_found_again(pattern: &SparsityPattern, colouring: &Colouring) {
        let entry = |i: usize, j: usize| match pattern.has(i, j) {
            true => (i.min(j) * 1009 + i.max(j) + 1) as f64,
            false => 0.0,
        };
        let n = pattern.rows();
        for ((i, j), (pass, at)) in pattern.places().zip(&colouring.found) {
            let group = (0..n).filter(|k| colouring.colours[*k] == *pass);
            let sum: f64 = group
                .map(|k| match colouring.method {
                    Method::Columns => entry(*at as usize, k),
                    _ => entry(k, *at as usize),
                })
                .sum();
            assert_eq!(sum, entry(i, j), "{i} {j} {:?}", colouring.method);
        }
    }

    #[test]
    fn classic_patterns_take_few_colours() {
        let near = |i: usize, j: usize| i.abs_diff(j) <= 1;
        let arrow = |i: usize, j: usize| i == j || i == 0 || j == 0;
        let blocks = |i: usize, j: usize| i / 4 == j / 4;
        type Pattern<'p> = &'p dyn Fn(usize, usize) -> bool;
        let cases: [(Pattern<'_>, usize); 4] =
            [(&near, 3), (&arrow, 2), (&blocks, 4), (&|i, j| i == j, 1)];
        for (has, count) in cases {
            let pattern = pattern(40, has);
            let colouring =
                Colouring::of(&pattern, WantedMatrix::Hessian, 20).expect("few colours");
            assert_eq!(colouring.count, count);
            is_found_again(&pattern, &colouring);
        }
        let arrow = pattern(40, arrow);
        assert_eq!(Colouring::of(&arrow, WantedMatrix::Jacobian, 20), None);
    }

    #[test]
    fn every_entry_is_found_again() {
        let mut random = SplitMix64::new(7);
        for round in 0..60 {
            let n = 2 + round % 23;
            let density = random.uniform();
            let ones: Vec<bool> = (0..n * n).map(|_| random.uniform() < density).collect();
            let symmetric = pattern(n, |i, j| i == j || ones[i.min(j) * n + i.max(j)]);
            let any = pattern(n, |i, j| ones[i * n + j]);
            for most in [n, 2 * n] {
                if let Some(star) = star(&symmetric, most) {
                    is_found_again(&symmetric, &star);
                }
                let colouring = Colouring::of(&symmetric, WantedMatrix::Hessian, most);
                is_found_again(&symmetric, &colouring.expect("a colour each is enough"));
            }
            let entry = |pattern: &SparsityPattern, colouring: &Colouring| {
                let mut taken = std::collections::BTreeSet::new();
                for ((i, j), (pass, _)) in pattern.places().zip(&colouring.found) {
                    let line = if colouring.method == Method::Columns {
                        i
                    } else {
                        j
                    };
                    assert!(taken.insert((line, *pass)), "two in one place");
                }
            };
            entry(
                &any,
                &Colouring::of(&any, WantedMatrix::Jacobian, n).expect("a colour each is enough"),
            );
        }
    }
}
