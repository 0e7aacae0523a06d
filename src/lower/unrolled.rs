//! The reasons why an iteration of many rounds is no loop.

use crate::exec::Unfit;

/// Why an iteration is no loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoLoop {
    Shape,
    Constant,
    Decides,
    Stops,
    Raises,
    Depth,
    Conditional,
    Memory,
}

impl From<Unfit> for NoLoop {
    fn from(unfit: Unfit) -> NoLoop {
        match unfit {
            Unfit::Conditional => NoLoop::Conditional,
            Unfit::Memory => NoLoop::Memory,
        }
    }
}

impl NoLoop {
    /// The reason in words; none where nothing is lost.
    pub(super) fn words(self) -> Option<&'static str> {
        Some(match self {
            // What fails says so by itself, and a constant takes no time.
            NoLoop::Constant => return None,
            NoLoop::Shape => "the state gets another shape",
            NoLoop::Decides => "a count, a size or a choice of a shape depends on the state",
            NoLoop::Stops => "`stop` is taken of what changes from round to round",
            NoLoop::Raises | NoLoop::Conditional => {
                "part of a round has a value under a condition only"
            }
            NoLoop::Depth => "too many loops inside of one another",
            NoLoop::Memory => "as a loop, this would take more memory than allowed",
        })
    }
}
