//! Arrays as NumPy saves them: `numpy.save("data.npy", X)`.
//!
//! The format: the mark `\x93NUMPY`, a version of two bytes, the length of the header in two bytes
//! (four from version 2 on), the header, which is a literal of Python such as
//! `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`, then the numbers.

use super::{DataFile, Reading};
use crate::diagnostic::{Diagnostic, Result};
use crate::graph::{Shape, Tensor};

/// The first bytes of every file.
const MARK: &[u8] = b"\x93NUMPY";

/// The matrix that a file holds; what has one dimension is a column.
///
/// # Errors
/// Fails if the file is something else, has more than two dimensions, or does not hold numbers.
pub fn matrix(bytes: &[u8], reading: &Reading<'_>) -> Result<DataFile> {
    let no_array = || reading.error("is not an array saved by NumPy");
    let (header, data) = split(bytes).ok_or_else(no_array)?;
    let shape = dimensions(header).ok_or_else(no_array)?;
    let (rows, columns) = match shape[..] {
        [] => (1, 1),
        [rows] => (rows, 1),
        [rows, columns] => (rows, columns),
        _ => {
            let error = reading.error(&format!("has {} dimensions", shape.len()));
            return Err(error.help("a value has two: save `X.reshape(len(X), -1)`"));
        }
    };
    let kind = text_of(header, "descr").ok_or_else(no_array)?;
    let element = Element::named(kind).ok_or_else(|| no_numbers(kind, reading))?;
    let entries = rows.checked_mul(columns).ok_or_else(no_array)?;
    reading.check((entries as u64).saturating_mul(16))?;
    if entries.checked_mul(element.width) != Some(data.len()) {
        return Err(reading.error("is cut off, or longer than its header says"));
    }
    if entries == 0 {
        return Err(reading.error("holds no data"));
    }
    let by_columns = value_of(header, "fortran_order")
        .ok_or_else(no_array)?
        .starts_with("True");
    let number = |at: usize| element.number(&data[at * element.width..][..element.width]);
    let numbers = match by_columns {
        true => (0..entries).map(number).collect(),
        false => {
            let column = |column| (0..rows).map(move |row| row * columns + column);
            (0..columns).flat_map(column).map(number).collect()
        }
    };
    Ok(DataFile {
        matrix: Tensor::new(Shape::new(rows, columns), numbers),
        notes: Vec::new(),
    })
}

fn no_numbers(kind: &str, reading: &Reading<'_>) -> Diagnostic {
    let error = reading.error(&format!("holds values of type `{kind}`, not real numbers"));
    error.help("save it with `numpy.save(\"data.npy\", X.astype(float))`")
}

/// The header and the numbers.
fn split(bytes: &[u8]) -> Option<(&str, &[u8])> {
    let rest = bytes.strip_prefix(MARK)?;
    let (version, rest) = rest.split_at_checked(2)?;
    let width = if version[0] == 1 { 2 } else { 4 };
    let (length, rest) = rest.split_at_checked(width)?;
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (header, data) = rest.split_at_checked(length)?;
    Some((std::str::from_utf8(header).ok()?, data))
}

/// What stands behind a key of the header.
fn value_of<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("'{key}':"))?;
    Some(rest.trim_start())
}

/// The text behind a key of the header.
fn text_of<'h>(header: &'h str, key: &str) -> Option<&'h str> {
    let value = value_of(header, key)?;
    match value.strip_prefix('\'') {
        Some(text) => text.split('\'').next(),
        // The fields of a record.
        None => value.split(", 'fortran_order'").next(),
    }
}

fn dimensions(header: &str) -> Option<Vec<usize>> {
    let inside = value_of(header, "shape")?
        .strip_prefix('(')?
        .split(')')
        .next()?;
    let numbers = inside
        .split(',')
        .map(str::trim)
        .filter(|number| !number.is_empty());
    numbers.map(|number| number.parse().ok()).collect()
}

/// The type of an array's entries.
#[derive(Clone, Copy)]
struct Element {
    /// `f`, `i`, `u` or `b`, as NumPy calls them.
    kind: u8,
    /// Bytes of an entry.
    width: usize,
    is_big_endian: bool,
}

impl Element {
    /// The type that NumPy calls `name`, such as `<f8`.
    fn named(name: &str) -> Option<Element> {
        let [order @ (b'<' | b'>' | b'|' | b'='), kind, width] = *name.as_bytes() else {
            return None;
        };
        let known: &[u8] = match kind {
            b'f' => b"248",
            b'i' | b'u' => b"1248",
            b'b' => b"1",
            _ => return None,
        };
        known.contains(&width).then_some(Element {
            kind,
            width: usize::from(width - b'0'),
            is_big_endian: order == b'>',
        })
    }

    fn number(self, bytes: &[u8]) -> f64 {
        let joined = |sum, byte: &u8| sum << 8 | u64::from(*byte);
        let bits = match self.is_big_endian {
            true => bytes.iter().fold(0, joined),
            false => bytes.iter().rev().fold(0, joined),
        };
        match (self.kind, self.width) {
            (b'f', 8) => f64::from_bits(bits),
            (b'f', 4) => f64::from(f32::from_bits(bits as u32)),
            (b'f', _) => half(bits as u16),
            (b'i', width) => {
                let unused = 64 - 8 * width;
                ((bits << unused) as i64 >> unused) as f64
            }
            _ => bits as f64,
        }
    }
}

/// A number of half precision.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023) / 1024.0);
    let size = match exponent {
        0 => fraction * 2f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2f64.powi(exponent - 15),
    };
    sign * size
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    fn file(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
        let header =
            format!("{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn numbers(bytes: Vec<u8>) -> Vec<f64> {
        read("d.npy", bytes)
            .expect("an array")
            .matrix
            .data()
            .to_vec()
    }

    #[test]
    fn arrays_of_every_type() {
        let eight: Vec<u8> = [1.5f64, -2.0, 3.0, 4.0]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        assert_eq!(
            numbers(file("'<f8'", "False", "(2, 2)", &eight)),
            [1.5, 3.0, -2.0, 4.0]
        );
        assert_eq!(
            numbers(file("'<f8'", "True", "(2, 2)", &eight)),
            [1.5, -2.0, 3.0, 4.0]
        );
        let column = read("d.npy", file("'<f8'", "False", "(4,)", &eight)).expect("a column");
        assert_eq!(
            (column.matrix.shape().m(), column.matrix.shape().n()),
            (4, 1)
        );
        assert_eq!(numbers(file("'<f8'", "False", "()", &eight[..8])), [1.5]);
        assert_eq!(
            numbers(file("'>i2'", "False", "(2,)", &[0xff, 0xfe, 1, 0])),
            [-2.0, 256.0]
        );
        assert_eq!(
            numbers(file("'|u1'", "False", "(2,)", &[255, 3])),
            [255.0, 3.0]
        );
        assert_eq!(numbers(file("'|b1'", "False", "(2,)", &[1, 0])), [1.0, 0.0]);
        let four: Vec<u8> = [0.1f32].iter().flat_map(|x| x.to_be_bytes()).collect();
        assert_eq!(
            numbers(file("'>f4'", "False", "(1,)", &four)),
            [f64::from(0.1f32)]
        );
        // 1, -0.5, the largest, the smallest, infinity.
        let halves = [0x3c00u16, 0xb800, 0x7bff, 1, 0x7c00];
        let two: Vec<u8> = halves.iter().flat_map(|x| x.to_le_bytes()).collect();
        let expected = [1.0, -0.5, 65504.0, 2f64.powi(-24), f64::INFINITY];
        assert_eq!(numbers(file("'<f2'", "False", "(5,)", &two)), expected);
    }

    #[test]
    fn what_is_no_matrix_is_an_error() {
        for (bytes, message) in [
            (b"1,2\n".to_vec(), "`d.npy` is not an array saved by NumPy"),
            (
                file("'<f8'", "False", "(2,)", &[0; 15]),
                "`d.npy` is cut off, or longer than its header says",
            ),
            (
                file("'<f8'", "False", "(0, 3)", &[]),
                "`d.npy` holds no data",
            ),
            (
                file("'<f8'", "False", "(1, 1, 1)", &[0; 8]),
                "`d.npy` has 3 dimensions",
            ),
            (
                file("'<c16'", "False", "(1,)", &[0; 16]),
                "`d.npy` holds values of type `<c16`, not real numbers",
            ),
            (
                file("'<f8'", "False", "(4294967296, 4294967296)", &[]),
                "`d.npy` is not an array saved by NumPy",
            ),
        ] {
            let error = read("d.npy", bytes).expect_err(message);
            assert_eq!(error.message(), message);
        }
    }
}
