//! The colours of all figures, as CSS variables with fallback values, so that a page may restyle
//! them (dark mode) while a downloaded file stands alone. Invariant: colour never carries meaning
//! alone; hatching, dashes, outlines, and words say the same.

/// Where a figure will be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Surface {
    /// Inside an HTML page: colours are `var(--fig-…, fallback)`, the background is the page's.
    #[default]
    Page,
    /// A file of its own: plain colours, white background, for any SVG viewer.
    Standalone,
}

/// One colour: the CSS variable's name and the light value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Colour {
    variable: &'static str,
    light: &'static str,
}

impl Colour {
    const fn new(variable: &'static str, light: &'static str) -> Self {
        Self { variable, light }
    }

    /// The value of a `fill` or `stroke` attribute.
    pub(crate) fn on(self, surface: Surface) -> String {
        match surface {
            Surface::Page => format!("var({}, {})", self.variable, self.light),
            Surface::Standalone => self.light.to_owned(),
        }
    }
}

pub(crate) const TEXT: Colour = Colour::new("--fig-text", "#1b2733");
pub(crate) const MUTED: Colour = Colour::new("--fig-muted", "#536170");
pub(crate) const PAPER: Colour = Colour::new("--fig-paper", "#ffffff");
pub(crate) const GRID: Colour = Colour::new("--fig-grid", "#dce3ea");
pub(crate) const FLOW: Colour = Colour::new("--fig-flow", "#5a93d6");
pub(crate) const PROCESS: Colour = Colour::new("--fig-process", "#164a87");
pub(crate) const SOURCE: Colour = Colour::new("--fig-source", "#2f74bd");
pub(crate) const SINK: Colour = Colour::new("--fig-sink", "#5b7187");
pub(crate) const RETURN: Colour = Colour::new("--fig-return", "#7b6bb5");
pub(crate) const STOCK: Colour = Colour::new("--fig-stock", "#1f8f83");
pub(crate) const GAP: Colour = Colour::new("--fig-gap", "#c4362b");

/// Names of all variables, for the test that each has a dark value.
#[cfg(test)]
pub(crate) const VARIABLES: [&str; 11] = [
    TEXT.variable,
    MUTED.variable,
    PAPER.variable,
    GRID.variable,
    FLOW.variable,
    PROCESS.variable,
    SOURCE.variable,
    SINK.variable,
    RETURN.variable,
    STOCK.variable,
    GAP.variable,
];

/// Rules for the site's style sheet: dark values of the variables (light ones are the fallbacks in
/// the figures), size, pointer and keyboard focus, and a pair of figures for desk and phone:
/// `<div class="tl-wide">` and `<div class="tl-narrow">`.
pub const FIGURE_CSS: &str = "\
.tl-figure { display: block; max-width: 100%; height: auto; }
.tl-sankey .flow:hover, .tl-sankey a:focus-visible .flow { fill-opacity: 0.72; }
.tl-sankey .return:hover, .tl-sankey a:focus-visible .return { fill-opacity: 0.42; }
.tl-sankey .stock:hover, .tl-sankey a:focus-visible .stock { fill-opacity: 0.55; }
.tl-figure a:focus-visible { outline: 3px solid var(--fig-process, #164a87); outline-offset: 2px; }
.tl-narrow { display: none; }
@media screen and (max-width: 600px) {
  .tl-wide { display: none; }
  .tl-narrow { display: block; }
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=\"light\"]) {
    --fig-text: #e4ebf2; --fig-muted: #a3b1bf; --fig-paper: #141b22; --fig-grid: #33404d;
    --fig-flow: #5f9be0; --fig-process: #9cc4f2; --fig-source: #6ba6e6; --fig-sink: #93a9bd;
    --fig-return: #a596e0; --fig-stock: #3fb8aa; --fig-gap: #f0766c;
  }
}
:root[data-theme=\"dark\"] {
  --fig-text: #e4ebf2; --fig-muted: #a3b1bf; --fig-paper: #141b22; --fig-grid: #33404d;
  --fig-flow: #5f9be0; --fig-process: #9cc4f2; --fig-source: #6ba6e6; --fig-sink: #93a9bd;
  --fig-return: #a596e0; --fig-stock: #3fb8aa; --fig-gap: #f0766c;
}
";
