//! The instances in which a loop is compiled, and how one of them is chosen.

/// The rounding of a·b + c.
pub trait Arithmetic: Copy {
    /// a·b + c, rounded once where the processor can do so at no cost, else twice.
    fn fma(self, a: f64, b: f64, c: f64) -> f64;
}

/// `L` numbers side by side in a register: [`Arithmetic`] on all of them at once.
pub(super) trait Vectors<const L: usize>: Arithmetic {
    /// A register.
    type Vector: Copy;

    fn load(self, from: &[f64; L]) -> Self::Vector;

    fn store(self, vector: Self::Vector, to: &mut [f64; L]);

    /// Writes four by four numbers with rows and columns exchanged, a column to every `stride` places from `at` on.
    fn exchange(self, rows: [&[f64; 4]; 4], to: &mut [f64], at: usize, stride: usize);

    /// Has the line of the cache fetched in which a number lies, if there is one.
    fn fetch(self, from: &[f64], at: usize);

    /// x·factor + sum, entry by entry.
    fn fma_all(self, x: Self::Vector, factor: f64, sum: Self::Vector) -> Self::Vector;
}

/// As many as the compiler cares to put into registers.
impl<const L: usize> Vectors<L> for Separate {
    type Vector = [f64; L];

    #[inline(always)]
    fn load(self, from: &[f64; L]) -> [f64; L] {
        *from
    }

    #[inline(always)]
    fn store(self, vector: [f64; L], to: &mut [f64; L]) {
        *to = vector;
    }

    #[inline(always)]
    fn exchange(self, rows: [&[f64; 4]; 4], to: &mut [f64], at: usize, stride: usize) {
        for k in 0..4 {
            to[at + k * stride..][..4].copy_from_slice(&rows.map(|row| row[k]));
        }
    }

    #[inline(always)]
    fn fetch(self, _: &[f64], _: usize) {}

    #[inline(always)]
    fn fma_all(self, x: [f64; L], factor: f64, sum: [f64; L]) -> [f64; L] {
        std::array::from_fn(|i| self.fma(x[i], factor, sum[i]))
    }
}

/// [`Vectors`] by the instructions of a token that proves that the processor has them.
macro_rules! vectors {
    ($Token:ident, $L:literal, $Vector:ident, $load:ident, $store:ident, $splat:ident, $fma:ident) => {
        impl Arithmetic for $Token {
            #[inline(always)]
            fn fma(self, a: f64, b: f64, c: f64) -> f64 {
                a.mul_add(b, c)
            }
        }

        #[cfg(target_arch = "x86_64")]
        impl Vectors<$L> for $Token {
            type Vector = std::arch::x86_64::$Vector;

            #[inline(always)]
            fn load(self, from: &[f64; $L]) -> Self::Vector {
                #[allow(unsafe_code)]
                // SAFETY: the token exists only where `detect` found the feature; the array has as many numbers as
                // are read, which need no alignment.
                unsafe {
                    std::arch::x86_64::$load(from.as_ptr())
                }
            }

            #[inline(always)]
            fn store(self, vector: Self::Vector, to: &mut [f64; $L]) {
                #[allow(unsafe_code)]
                // SAFETY: as for `load`.
                unsafe {
                    std::arch::x86_64::$store(to.as_mut_ptr(), vector);
                }
            }

            #[inline(always)]
            fn exchange(
                self,
                [r0, r1, r2, r3]: [&[f64; 4]; 4],
                to: &mut [f64],
                at: usize,
                stride: usize,
            ) {
                use std::arch::x86_64::{_mm256_loadu_pd, _mm256_storeu_pd};
                use std::arch::x86_64::{
                    _mm256_permute2f128_pd, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
                };
                let to = &mut to[at..][..3 * stride + 4];
                #[allow(unsafe_code)]
                // SAFETY: as for `load`, and there is room for all four; where there is AVX-512, there is AVX.
                unsafe {
                    let (r0, r1) = (_mm256_loadu_pd(r0.as_ptr()), _mm256_loadu_pd(r1.as_ptr()));
                    let (r2, r3) = (_mm256_loadu_pd(r2.as_ptr()), _mm256_loadu_pd(r3.as_ptr()));
                    let (even01, odd01) = (_mm256_unpacklo_pd(r0, r1), _mm256_unpackhi_pd(r0, r1));
                    let (even23, odd23) = (_mm256_unpacklo_pd(r2, r3), _mm256_unpackhi_pd(r2, r3));
                    let exchanged = [
                        _mm256_permute2f128_pd::<0x20>(even01, even23),
                        _mm256_permute2f128_pd::<0x20>(odd01, odd23),
                        _mm256_permute2f128_pd::<0x31>(even01, even23),
                        _mm256_permute2f128_pd::<0x31>(odd01, odd23),
                    ];
                    for (k, column) in exchanged.into_iter().enumerate() {
                        _mm256_storeu_pd(to.as_mut_ptr().add(k * stride), column);
                    }
                }
            }

            #[inline(always)]
            fn fetch(self, from: &[f64], at: usize) {
                if let Some(number) = from.get(at) {
                    #[allow(unsafe_code)]
                    // SAFETY: the place exists, and nothing happens but to caches.
                    unsafe {
                        let place = std::ptr::from_ref(number).cast();
                        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(
                            place,
                        );
                    }
                }
            }

            #[inline(always)]
            fn fma_all(self, x: Self::Vector, factor: f64, sum: Self::Vector) -> Self::Vector {
                #[allow(unsafe_code)]
                // SAFETY: the token exists only where `detect` found the feature.
                unsafe {
                    std::arch::x86_64::$fma(x, std::arch::x86_64::$splat(factor), sum)
                }
            }
        }
    };
}
vectors!(
    Wide,
    4,
    __m256d,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_set1_pd,
    _mm256_fmadd_pd
);
vectors!(
    Wider,
    8,
    __m512d,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_set1_pd,
    _mm512_fmadd_pd
);

/// a·b + c is rounded once.
#[derive(Clone, Copy, Debug)]
pub struct Fused;

/// a·b + c is rounded twice, unless every processor of this kind has a fused instruction.
#[derive(Clone, Copy, Debug)]
pub struct Separate;

impl Arithmetic for Fused {
    #[inline(always)]
    fn fma(self, a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Arithmetic for Separate {
    #[inline(always)]
    fn fma(self, a: f64, b: f64, c: f64) -> f64 {
        // Without the instruction `mul_add` is a call of a function.
        if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
            a.mul_add(b, c)
        } else {
            a * b + c
        }
    }
}

/// The instructions of this processor, found out once: for a few numbers, asking for each kind takes as long as the
/// numbers.
#[cfg(target_arch = "x86_64")]
mod level {
    use std::arch::is_x86_feature_detected;
    use std::sync::atomic::{AtomicU8, Ordering};

    const UNKNOWN: u8 = 0;
    const PLAIN: u8 = 1;
    pub(super) const WIDE: u8 = 2;
    pub(super) const WIDER: u8 = 3;

    static LEVEL: AtomicU8 = AtomicU8::new(UNKNOWN);

    #[inline(always)]
    pub(super) fn level() -> u8 {
        match LEVEL.load(Ordering::Relaxed) {
            UNKNOWN => found(),
            level => level,
        }
    }

    #[cold]
    fn found() -> u8 {
        let wide = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let wider = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        let level = match (wide, wider) {
            (true, true) => WIDER,
            (true, false) => WIDE,
            (false, _) => PLAIN,
        };
        LEVEL.store(level, Ordering::Relaxed);
        level
    }
}

/// The knowledge that this processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Wide(());

impl Wide {
    /// The widest instance for this processor; `None` if only the instructions that all have may be used.
    #[inline(always)]
    pub fn detect() -> Option<Wide> {
        #[cfg(target_arch = "x86_64")]
        if level::level() >= level::WIDE {
            return Some(Wide(()));
        }
        None
    }

    /// Runs `body` as compiled for the wide instructions.
    #[inline(always)]
    pub fn run<R>(self, body: impl FnOnce(Fused) -> R) -> R {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2,fma")]
            fn with_features<R>(body: impl FnOnce(Fused) -> R) -> R {
                body(Fused)
            }
            #[allow(unsafe_code)]
            // SAFETY: a `Wide` exists only where `detect` found both features.
            unsafe {
                with_features(body)
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        body(Fused)
    }
}

/// The knowledge that this processor has AVX-512 too.
#[derive(Clone, Copy, Debug)]
pub struct Wider(());

impl Wider {
    /// The instance for this processor.
    #[inline(always)]
    pub fn detect() -> Option<Wider> {
        #[cfg(target_arch = "x86_64")]
        if level::level() == level::WIDER {
            return Some(Wider(()));
        }
        None
    }

    /// Runs `body` as compiled for the widest instructions.
    #[inline(always)]
    pub fn run<R>(self, body: impl FnOnce(Fused) -> R) -> R {
        #[cfg(target_arch = "x86_64")]
        {
            #[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl")]
            fn with_features<R>(body: impl FnOnce(Fused) -> R) -> R {
                body(Fused)
            }
            #[allow(unsafe_code)]
            // SAFETY: a `Wider` exists only where `detect` found all of these features.
            unsafe {
                with_features(body)
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        body(Fused)
    }
}
