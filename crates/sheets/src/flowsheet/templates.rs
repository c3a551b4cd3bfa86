//! Flow sheets of usual plants to start from, as data.
//!
//! Invariant: each is a file that the reader takes without a notice, and every node but an outlet
//! has something going in and something coming out. They are starting points: plants take out what
//! they do not have. Waste codes are left to the plant's own permit.

/// A flow sheet to start from.
pub(crate) struct Template {
    /// Name that people choose by.
    pub(crate) name: &'static str,
    /// What it is, in English.
    pub(crate) english: &'static str,
    /// The file, as CSV with sections.
    pub(crate) text: &'static str,
}

macro_rules! templates {
    ($($name:literal $english:literal $file:literal;)+) => {
        &[$(Template {
            name: $name,
            english: $english,
            text: include_str!(concat!("../../templates/", $file, ".csv")),
        }),+]
    };
}

/// All templates.
pub(crate) const TEMPLATES: &[Template] = templates! {
    "焙烧-浸出-电积" "zinc: roasting, leaching, electrowinning" "roast-leach-electrowin";
    "氧压浸出" "zinc: pressure leaching" "pressure-leach";
    "底吹炼铅+烟化" "lead: bottom blowing and fuming" "bottom-blown-lead";
    "锡锑" "tin and antimony smelting" "tin-antimony";
    "制酸" "sulphuric acid from pyrite or flue gas" "acid";
    "选厂" "concentrator" "concentrator";
    "次氧化锌窑" "rotary kiln for secondary zinc oxide" "zinc-oxide-kiln";
    "危废利用" "use of hazardous waste" "hazardous-waste";
};

/// The template of a name; file names and blanks, slashes and full-width forms do not matter.
pub(crate) fn template(name: &str) -> Option<&'static Template> {
    let plain = |text: &str| crate::folded::folded(text).replace(['/', '+', '、', '-'], "");
    TEMPLATES.iter().find(|template| plain(template.name) == plain(name))
}
