//! Papers that labels are printed on, by the names that configurations use. Invariant: a paper has
//! one size and one layout. Which printer holds which paper is the caller's affair.

/// A paper of labels that carry one of our codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paper {
    /// 100 × 70 mm: batches, and everything when there is no other paper.
    Batch,
    /// 60 × 40 mm: samples, and the small white sticker beside a hazardous waste label.
    Sample,
    /// 50 × 30 mm: the same for small pots.
    Sticker,
    /// A5 across, 210 × 148 mm: plate of a place.
    PlateA5,
    /// A6 across, 148 × 105 mm: plate of a place.
    PlateA6,
    /// A5 upright, 148 × 210 mm: page of a handover or manifest.
    PageA5,
}

impl Paper {
    /// Every paper, largest use first.
    pub const ALL: [Self; 6] =
        [Self::Batch, Self::Sample, Self::Sticker, Self::PlateA5, Self::PlateA6, Self::PageA5];

    /// Name in configurations and entries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Batch => "100x70",
            Self::Sample => "60x40",
            Self::Sticker => "50x30",
            Self::PlateA5 => "a5-plate",
            Self::PlateA6 => "a6-plate",
            Self::PageA5 => "a5",
        }
    }

    /// By its name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|paper| paper.name() == name)
    }

    /// Width and height in millimetres.
    pub fn size_mm(self) -> (f64, f64) {
        match self {
            Self::Batch => (100.0, 70.0),
            Self::Sample => (60.0, 40.0),
            Self::Sticker => (50.0, 30.0),
            Self::PlateA5 => (210.0, 148.0),
            Self::PlateA6 => (148.0, 105.0),
            Self::PageA5 => (148.0, 210.0),
        }
    }
}
