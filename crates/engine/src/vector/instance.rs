//! The instances in which a loop is compiled, and how one of them is chosen.

/// The rounding of a·b + c.
pub trait Arithmetic: Copy {
    /// a·b + c, rounded once where the processor can do so at no cost, else twice.
    fn fma(self, a: f64, b: f64, c: f64) -> f64;
}

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

/// The knowledge that this processor has AVX2 and FMA.
#[derive(Clone, Copy, Debug)]
pub struct Wide(());

impl Wide {
    /// The widest instance for this processor; `None` if only the instructions that all have may be used.
    #[inline(always)]
    pub fn detect() -> Option<Wide> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
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
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512dq")
            && std::arch::is_x86_feature_detected!("avx512vl")
        {
            return Wide::detect().map(|_| Wider(()));
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
