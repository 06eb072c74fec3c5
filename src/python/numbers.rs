//! Lists of numbers as the harness writes them, in Python's `marshal` format: Python writes that many times faster than numbers in JSON, and
//! executions are thousands of numbers. And bytes as we write them for it, in hexadecimal digits. What they mean is for others to say.

use std::vec;

/// Numbers that are read one after another.
pub(super) struct Numbers(vec::IntoIter<u64>);

impl Numbers {
    /// Reads a list of whole numbers, as `marshal.dumps(list, 2)` gives it: the type `[` with a count, and of each number its
    /// type with its value: `i` in 4 bytes, `l` in digits to the base of 2^15 after their count, negative if the number is, or
    /// `T` or `F`. Negative numbers are given as in two's complement. `None` if it is something else, or has more than `most`.
    pub(super) fn read(bytes: &[u8], most: usize) -> Option<Numbers> {
        let rest = &mut &*bytes;
        if take::<1>(rest)? != [b'['] {
            return None;
        }
        let count = u32::from_le_bytes(take(rest)?) as usize;
        // Each takes a byte at least: who announces more than there are is not believed.
        if count > rest.len().min(most) {
            return None;
        }
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            numbers.push(number(rest)?);
        }
        rest.is_empty().then(|| Numbers(numbers.into_iter()))
    }

    /// Returns whether all were read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Reads a number.
    pub(super) fn one(&mut self) -> Option<u64> {
        self.0.next()
    }

    /// Reads a count, and as many numbers.
    pub(super) fn many(&mut self) -> Option<Vec<u64>> {
        let count = usize::try_from(self.one()?).ok()?;
        if count > self.0.len() {
            return None;
        }
        Some(self.0.by_ref().take(count).collect())
    }
}

/// Returns what Python's `bytes.fromhex` reads as `bytes`.
pub(super) fn hex_of(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

fn number(bytes: &mut &[u8]) -> Option<u64> {
    match take::<1>(bytes)? {
        [b'i'] => Some(i64::from(i32::from_le_bytes(take(bytes)?)) as u64),
        [b'T'] => Some(1),
        [b'F'] => Some(0),
        [b'l'] => {
            let count = i32::from_le_bytes(take(bytes)?);
            let mut value: u64 = 0;
            for place in 0..count.unsigned_abs() {
                let digit = u64::from(u16::from_le_bytes(take(bytes)?));
                let shift = 15 * place;
                // What does not fit in 64 bits is no number of ours.
                if digit >= 1 << 15 || shift >= 64 || digit << shift >> shift != digit {
                    return None;
                }
                value |= digit << shift;
            }
            Some(if count < 0 { value.wrapping_neg() } else { value })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what the digits `text` say.
    fn bytes(text: &str) -> Vec<u8> {
        let digit = |nth| text.get(nth..nth + 2).map(|pair| u8::from_str_radix(pair, 16).expect("digits"));
        (0..).step_by(2).map_while(digit).collect()
    }

    fn read(text: &str) -> Option<Vec<u64>> {
        let mut numbers = Numbers::read(&bytes(text), 100)?;
        let mut all = Vec::new();
        while let Some(number) = numbers.one() {
            all.push(number);
        }
        Some(all)
    }

    /// What CPython 3.11 wrote of `[0, 1, -1, 65536, True, False, 2**31, 2**64 - 1, -(2**40)]`.
    const WRITTEN: &str = "5b0900000069000000006901000000\
        69ffffffff69000001005446\
        6c03000000000000000200\
        6c05000000ff7fff7fff7fff7f0f00\
        6cfdffffff000000000004";

    #[test]
    fn what_python_wrote_is_read() {
        let expected = [0, 1, u64::MAX, 65536, 1, 0, 1 << 31, u64::MAX, (1_u64 << 40).wrapping_neg()];
        assert_eq!(read(WRITTEN), Some(expected.to_vec()));
        assert_eq!(read("5b00000000"), Some(vec![]));
    }

    #[test]
    fn what_is_no_list_of_numbers_is_refused() {
        for text in [
            "",
            "5b",
            "5b010000",
            "5b01000000",
            "5b0100000069000000",
            "5bffffffff",
            "5b0000000000",
            "280100000069000000",
            "5b010000004e",
            "5b010000006c0100000000ff",
            "5b010000006c0600000000000000000000000000000100",
            "5b010000006c05000000ff7fff7fff7fff7f1000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn counts_are_of_what_is_there() {
        assert!(Numbers::read(&bytes("5b0100000069020000006907000000"), 100).is_none(), "one more than was announced");
        let mut numbers = Numbers::read(&bytes("5b03000000690200000069070000006908000000"), 3).expect("three numbers");
        assert_eq!(numbers.many(), Some(vec![7, 8]));
        assert!(numbers.is_empty());
        let mut numbers = Numbers::read(&bytes("5b0200000069020000006907000000"), 3).expect("two numbers");
        assert_eq!(numbers.many(), None);
        assert!(Numbers::read(&bytes("5b0200000069020000006907000000"), 2).is_some());
        assert!(Numbers::read(&bytes("5b0200000069020000006907000000"), 1).is_none(), "one more than is taken");
    }

    #[test]
    fn bytes_come_back_from_their_digits() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes(&hex_of(&all)), all);
    }
}
