//! Writes a placed figure as SVG elements: ribbons, bars, labels, texts on ribbons, legend.
//! Invariants: style never rests on colour alone (hatching, dashes, outlines), a text on a ribbon
//! is left out rather than put over another text; its title always has it. Places nothing itself.

use super::graph::{Edge, Graph, GraphNode};
use super::labels::{Label, LabelPlace};
use super::place::{BORDER, Frame, LEGEND_LINE, Picture, Ribbon, Shape};
use super::ribbon::{middle_at, outline};
use super::{LinkStyle, NodeKind, Options, Sankey, Words};
use crate::figure::palette::{
    self, Colour, FLOW, GAP, MUTED, PAPER, PROCESS, RETURN, SINK, SOURCE, STOCK, Surface, TEXT,
};
use crate::figure::svg::{self, Head, TextStyle, count, escape, num};
use crate::figure::text;

const LEGEND_SIZE: f64 = 12.0;
const LEGEND_SWATCH: f64 = 22.0;
/// Least free way along a ribbon for its text, besides the text itself.
const TEXT_MARGIN: f64 = 4.0;

/// The figure as one `<svg>` element.
pub(super) fn draw(figure: &Sankey, graph: &Graph, picture: &Picture, options: &Options) -> String {
    let pen = Pen { id: &figure.id, surface: options.surface, words: &options.words };
    if graph.edges.is_empty() {
        return pen.empty(figure, picture.width);
    }
    let has_links = graph.edges.iter().any(|edge| edge.href.is_some())
        || graph.nodes.iter().any(|node| node.href.is_some());
    let background = (options.surface == Surface::Standalone).then(|| pen.paint(PAPER));
    let mut out = svg::open(
        &Head {
            id: &figure.id,
            class: "tl-sankey",
            title: &figure.title,
            description: &figure.description,
            width: picture.width,
            height: picture.height,
            has_links,
        },
        background.as_deref(),
    );
    out.push_str(&svg::hatch(&figure.id, &pen.paint(GAP)));
    out.push_str(&pen.legend(graph, picture.width));
    for edge in back_to_front(graph, picture) {
        out.push_str(&pen.ribbon(&graph.edges[edge], &picture.ribbons[edge]));
    }
    for ((node, bar), label) in graph.nodes.iter().zip(&picture.bars).zip(&picture.labels) {
        out.push_str(&pen.node(node, bar, label, picture));
    }
    out.push_str(&pen.ribbon_texts(graph, picture));
    out.push_str("</svg>\n");
    out
}

/// Lines that the legend takes at a width; none if all flows are of the normal kind.
pub(super) fn legend_lines(graph: &Graph, width: f64) -> usize {
    // Room for the longer language, so that both get the same picture.
    let entries = legend_places(&styles(graph), &Words::ENGLISH, width);
    entries.last().map_or(0, |(_, _, line)| line + 1)
}

fn styles(graph: &Graph) -> Vec<LinkStyle> {
    let mut styles: Vec<LinkStyle> = graph.edges.iter().map(|edge| edge.style).collect();
    styles.sort_unstable();
    styles.dedup();
    if styles == [LinkStyle::Normal] { Vec::new() } else { styles }
}

fn legend_places(styles: &[LinkStyle], words: &Words, width: f64) -> Vec<(LinkStyle, f64, usize)> {
    let mut places = Vec::new();
    let (mut x, mut line) = (BORDER, 0);
    for style in styles {
        let long = LEGEND_SWATCH + 6.0 + text::width(word(*style, words), LEGEND_SIZE) + 18.0;
        if x > BORDER && x + long > width {
            x = BORDER;
            line += 1;
        }
        places.push((*style, x, line));
        x += long;
    }
    places
}

fn word(style: LinkStyle, words: &Words) -> &'static str {
    match style {
        LinkStyle::Normal => words.normal,
        LinkStyle::Return => words.returned,
        LinkStyle::Unaccounted => words.unaccounted,
        LinkStyle::StockChange => words.stock_change,
    }
}

/// Loops lie at the back, then wide ribbons before narrow ones.
fn back_to_front(graph: &Graph, picture: &Picture) -> Vec<usize> {
    let mut order: Vec<usize> = (0..graph.edges.len()).collect();
    order.sort_by(|a, b| {
        let width = |edge: &usize| picture.ribbons[*edge].width;
        let forward = |edge: &usize| !graph.edges[*edge].looped;
        forward(a).cmp(&forward(b)).then(width(b).total_cmp(&width(a)))
    });
    order
}

struct Pen<'a> {
    id: &'a str,
    surface: Surface,
    words: &'a Words,
}

impl Pen<'_> {
    fn paint(&self, colour: Colour) -> String {
        colour.on(self.surface)
    }

    fn empty(&self, figure: &Sankey, width: f64) -> String {
        let height = 120.0;
        let background = (self.surface == Surface::Standalone).then(|| self.paint(PAPER));
        let mut out = svg::open(
            &Head {
                id: self.id,
                class: "tl-sankey tl-empty",
                title: &figure.title,
                description: self.words.empty,
                width,
                height,
                has_links: false,
            },
            background.as_deref(),
        );
        out.push_str(&format!(
            "<rect x=\"{b}\" y=\"{b}\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"none\" \
             stroke=\"{}\" stroke-dasharray=\"6 5\"/>\n",
            num(width - 2.0 * BORDER),
            num(height - 2.0 * BORDER),
            self.paint(palette::GRID),
            b = num(BORDER),
        ));
        let fill = self.paint(MUTED);
        let style = TextStyle { size: 15.0, anchor: "middle", fill: &fill, bold: false, halo: "" };
        out.push_str(&svg::text(width / 2.0, height / 2.0 + 5.0, self.words.empty, &style));
        out.push_str("</svg>\n");
        out
    }

    /// Fill, outline and class of a kind of link.
    fn look(&self, style: LinkStyle) -> String {
        match style {
            LinkStyle::Normal => {
                format!("class=\"flow\" fill=\"{}\" fill-opacity=\"0.42\"", self.paint(FLOW))
            }
            LinkStyle::Return => format!(
                "class=\"return\" fill=\"{c}\" fill-opacity=\"0.22\" stroke=\"{c}\" \
                 stroke-width=\"1.3\" stroke-dasharray=\"6 4\"",
                c = self.paint(RETURN)
            ),
            LinkStyle::Unaccounted => format!(
                "class=\"unaccounted\" fill=\"url(#{}-hatch)\" stroke=\"{}\" stroke-width=\"1\"",
                self.id,
                self.paint(GAP)
            ),
            LinkStyle::StockChange => format!(
                "class=\"stock\" fill=\"{c}\" fill-opacity=\"0.3\" stroke=\"{c}\" \
                 stroke-width=\"1\" stroke-dasharray=\"1.5 2.5\"",
                c = self.paint(STOCK)
            ),
        }
    }

    fn legend(&self, graph: &Graph, width: f64) -> String {
        let mut out = String::new();
        let fill = self.paint(MUTED);
        let style =
            TextStyle { size: LEGEND_SIZE, anchor: "start", fill: &fill, bold: false, halo: "" };
        for (kind, x, line) in legend_places(&styles(graph), self.words, width) {
            let y = BORDER + count(line) * LEGEND_LINE;
            out.push_str(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"11\" rx=\"2\" {}/>\n",
                num(x),
                num(y),
                num(LEGEND_SWATCH),
                self.look(kind)
            ));
            let text_x = x + LEGEND_SWATCH + 6.0;
            out.push_str(&svg::text(text_x, y + 10.0, word(kind, self.words), &style));
        }
        out
    }

    fn ribbon(&self, edge: &Edge, ribbon: &Ribbon) -> String {
        let widened = if ribbon.widened { self.words.widened } else { "" };
        let title = format!("{}{widened}", edge.title);
        let path = format!(
            "<path d=\"{}\" {}><title>{}</title></path>",
            outline(ribbon),
            self.look(edge.style),
            escape(&title)
        );
        svg::anchored(edge.href.as_deref(), &title, &path)
    }

    fn node(&self, node: &GraphNode, bar: &Frame, label: &Label, picture: &Picture) -> String {
        let name = match (node.detail.as_str(), node.label.as_str()) {
            ("", label) => label.to_owned(),
            (detail, label) => format!("{label}: {detail}"),
        };
        let look = match node.kind {
            NodeKind::Source => format!("class=\"source\" fill=\"{}\"", self.paint(SOURCE)),
            NodeKind::Process => format!("class=\"process\" fill=\"{}\"", self.paint(PROCESS)),
            NodeKind::Sink => format!("class=\"sink\" fill=\"{}\"", self.paint(SINK)),
            NodeKind::Store => format!(
                "class=\"store\" fill=\"{}\" stroke=\"{}\" stroke-width=\"2\"",
                self.paint(PAPER),
                self.paint(STOCK)
            ),
            NodeKind::Unaccounted => format!(
                "class=\"unaccounted\" fill=\"url(#{}-hatch)\" stroke=\"{}\" stroke-width=\"1.5\"",
                self.id,
                self.paint(GAP)
            ),
        };
        let rect = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" {look}>\
             <title>{}</title></rect>\n{}",
            num(bar.x),
            num(bar.y),
            num(bar.width),
            num(bar.height),
            escape(&name),
            self.label(node, label, picture)
        );
        // What is read aloud begins with what is seen, also where the label was cut.
        let is_cut = label.name != node.label || label.detail != node.detail;
        let spoken =
            if is_cut { format!("{} {} ({name})", label.name, label.detail) } else { name };
        svg::anchored(node.href.as_deref(), &spoken, &rect)
    }

    fn label(&self, node: &GraphNode, label: &Label, picture: &Picture) -> String {
        let Frame { x, y, width, .. } = label.frame;
        let (anchor, x) = match label.place {
            LabelPlace::Left => ("end", x + width),
            LabelPlace::Right => ("start", x),
            LabelPlace::Above => ("middle", x + width / 2.0),
        };
        let strong = self.paint(if node.kind == NodeKind::Unaccounted { GAP } else { TEXT });
        let (muted, halo) = (self.paint(MUTED), self.paint(PAPER));
        let size = picture.metrics.label_size;
        let first = TextStyle { size, anchor, fill: &strong, bold: true, halo: &halo };
        let mut out = svg::text(x, y + size, &label.name, &first);
        if !label.detail.is_empty() {
            let small = picture.metrics.detail_size;
            let second = TextStyle { size: small, anchor, fill: &muted, bold: false, halo: &halo };
            out.push_str(&svg::text(x, y + size * 1.28 + small, &label.detail, &second));
        }
        out
    }

    /// Amounts on the ribbons, widest first, wherever there is room that no other text has taken.
    fn ribbon_texts(&self, graph: &Graph, picture: &Picture) -> String {
        let size = picture.metrics.detail_size;
        let mut taken: Vec<Frame> = picture.labels.iter().map(|label| label.frame).collect();
        taken.extend(&picture.bars);
        let (fill, halo) = (self.paint(TEXT), self.paint(PAPER));
        let style = TextStyle { size, anchor: "middle", fill: &fill, bold: false, halo: &halo };
        let mut out = String::new();
        let mut order: Vec<usize> = (0..graph.edges.len()).collect();
        order.sort_by(|a, b| {
            let looped = |edge: &usize| graph.edges[*edge].looped;
            let width = |edge: &usize| picture.ribbons[*edge].width;
            looped(b).cmp(&looped(a)).then(width(b).total_cmp(&width(a)))
        });
        for edge in order {
            let flow = &graph.edges[edge];
            if flow.text.is_empty() || (!flow.looped && is_said_by_node(graph, edge)) {
                continue;
            }
            let words = if flow.looped { format!("← {}", flow.text) } else { flow.text.clone() };
            let long = text::width(&words, size);
            let ribbon = &picture.ribbons[edge];
            let spot = spots(ribbon, long, size).into_iter().find_map(|(x, y)| {
                let frame = Frame {
                    x: x - long / 2.0 - TEXT_MARGIN,
                    y: y - size / 2.0 - 2.0,
                    width: long + 2.0 * TEXT_MARGIN,
                    height: size + 4.0,
                };
                let inside = frame.x >= 0.0 && frame.x + frame.width <= picture.width;
                (inside && !taken.iter().any(|other| other.overlaps(&frame)))
                    .then_some((x, y, frame))
            });
            if let Some((x, y, frame)) = spot {
                taken.push(frame);
                out.push_str(&svg::text(x, y + size * 0.36, &words, &style));
            }
        }
        out
    }
}

/// True if the node at an end has this flow only and says the amount beside its bar.
fn is_said_by_node(graph: &Graph, edge: usize) -> bool {
    let flow = &graph.edges[edge];
    [flow.from, flow.to].into_iter().any(|node| {
        let ends = graph.edges.iter().filter(|other| other.from == node || other.to == node);
        !graph.nodes[node].detail.is_empty() && ends.count() == 1
    })
}

/// Centres along a ribbon where its text could stand, best first.
fn spots(ribbon: &Ribbon, long: f64, size: f64) -> Vec<(f64, f64)> {
    let half = ribbon.width / 2.0;
    match &ribbon.shape {
        Shape::Loop { down, channel, up, .. } => {
            // Inside the channel if it is wide enough, else below it, where room was dug.
            let inside = ribbon.width >= size + 4.0;
            let y = if inside { channel + half } else { channel + ribbon.width + size / 2.0 + 2.0 };
            let middle = (down + up + ribbon.width) / 2.0;
            let step = long / 2.0 + 12.0;
            [0.0, -1.0, 1.0, -2.0, 2.0].iter().map(|turn| (middle + turn * step, y)).collect()
        }
        Shape::Forward(stops) => {
            let mut spots = Vec::new();
            for (step, pair) in stops.windows(2).enumerate() {
                let [(from, _), (to, _)] = pair else { continue };
                if to - from < long + 2.0 * TEXT_MARGIN {
                    continue;
                }
                // Level places at the ends of the curve, then its middle.
                let inset = long / 2.0 + TEXT_MARGIN + 2.0;
                for x in [from + inset, to - inset, (from + to) / 2.0] {
                    spots.push((x, middle_at(stops, step, ribbon.width, x)));
                }
            }
            spots
        }
    }
}
