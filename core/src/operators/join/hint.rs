//! Hints: what the program knows about the sizes of the inputs of a join.

use crate::dataset::JoinStrategy;
use crate::operators::co_partition::Strategy;

/// How a join should be executed. All ways give the same rows.
///
/// The order of the rows is that of the hashes of their keys, whatever the way, but for the
/// broadcasts: those keep the order of the side that is not broadcast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JoinHint {
    /// The second side is broadcast if it turns out to have at most
    /// [`BATCH_ROWS`](crate::pipeline::BATCH_ROWS) rows and the join keeps no rows of it that have
    /// no partner; otherwise both sides are sent to partitions, and each partition builds its
    /// table on the side that has fewer rows there.
    #[default]
    OptimizerChooses,
    /// The first side is small: it becomes one table, and the second is not sent anywhere.
    BroadcastHashFirst,
    /// The second side is small: it becomes one table, and the first is not sent anywhere.
    BroadcastHashSecond,
    /// Both sides are sent to partitions; tables are built on the first.
    RepartitionHashFirst,
    /// Both sides are sent to partitions; tables are built on the second.
    RepartitionHashSecond,
    /// Both sides are sent to partitions, sorted whole and merged.
    RepartitionSortMerge,
}

impl From<JoinStrategy> for JoinHint {
    fn from(strategy: JoinStrategy) -> Self {
        match strategy {
            JoinStrategy::BroadcastHashFirst => Self::BroadcastHashFirst,
            JoinStrategy::BroadcastHashSecond => Self::BroadcastHashSecond,
            JoinStrategy::RepartitionHashFirst => Self::RepartitionHashFirst,
            JoinStrategy::RepartitionHashSecond => Self::RepartitionHashSecond,
            JoinStrategy::RepartitionSortMerge => Self::RepartitionSortMerge,
        }
    }
}

impl JoinHint {
    /// What the program asks for, if it does.
    pub(super) fn strategy(self) -> Option<JoinStrategy> {
        Some(match self {
            Self::OptimizerChooses => return None,
            Self::BroadcastHashFirst => JoinStrategy::BroadcastHashFirst,
            Self::BroadcastHashSecond => JoinStrategy::BroadcastHashSecond,
            Self::RepartitionHashFirst => JoinStrategy::RepartitionHashFirst,
            Self::RepartitionHashSecond => JoinStrategy::RepartitionHashSecond,
            Self::RepartitionSortMerge => JoinStrategy::RepartitionSortMerge,
        })
    }

    /// Which side of two partitions becomes a table.
    pub(super) fn tables(self) -> Strategy {
        match self {
            Self::RepartitionHashFirst => Strategy::HashLeft,
            Self::RepartitionHashSecond => Strategy::HashRight,
            Self::RepartitionSortMerge => Strategy::Sort,
            Self::OptimizerChooses | Self::BroadcastHashFirst | Self::BroadcastHashSecond => {
                Strategy::Smaller
            }
        }
    }

    /// What happens to each side, for plans.
    pub(super) fn ships(self) -> [&'static str; 2] {
        match self {
            Self::OptimizerChooses => {
                ["partition by hash, or stay", "partition by hash, or broadcast"]
            }
            Self::BroadcastHashFirst => ["broadcast", "stay"],
            Self::BroadcastHashSecond => ["stay", "broadcast"],
            _ => ["partition by hash"; 2],
        }
    }
}
