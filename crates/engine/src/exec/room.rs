//! Memory by the piece, by its places.

/// The free pieces of memory, in order.
#[derive(Default)]
pub(super) struct Room {
    free: Vec<(u64, u64)>,
    /// The end of the highest piece ever taken.
    pub end: u64,
}

impl Room {
    /// The smallest free piece that is long enough, or new room.
    pub fn take(&mut self, len: u64) -> u64 {
        let fits = (0..self.free.len()).filter(|k| self.free[*k].1 >= len);
        match fits.min_by_key(|k| self.free[*k].1) {
            Some(k) => {
                let (at, size) = self.free[k];
                if size == len {
                    self.free.remove(k);
                } else {
                    self.free[k] = (at + len, size - len);
                }
                at
            }
            None => {
                let at = self.end;
                self.end += len;
                at
            }
        }
    }

    /// Gives back what was taken.
    pub fn give_back(&mut self, at: u64, len: u64) {
        let k = self.free.partition_point(|(start, _)| *start < at);
        self.free.insert(k, (at, len));
        if k + 1 < self.free.len() && at + len == self.free[k + 1].0 {
            self.free[k].1 += self.free[k + 1].1;
            self.free.remove(k + 1);
        }
        if k > 0 && self.free[k - 1].0 + self.free[k - 1].1 == self.free[k].0 {
            self.free[k - 1].1 += self.free[k].1;
            self.free.remove(k);
        }
    }
}
