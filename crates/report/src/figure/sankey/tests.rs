//! Geometry of random figures with circles, and what single figures must show.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::graph::Graph;
use super::labels::LabelPlace;
use super::loops::CORNER;
use super::order::{Columns, Item};
use super::place::{Picture, Shape, THINNEST};
use super::*;

/// Half a hundredth of a pixel: what the text of a coordinate may round away, and a bit more.
const SLACK: f64 = 0.02;

fn node(id: &str, kind: NodeKind) -> Node {
    Node { id: id.into(), label: format!("节点 {id}"), detail: String::new(), kind, href: None }
}

fn link(from: &str, to: &str, value: f64, style: LinkStyle) -> Link {
    let text = format!("{value} kg");
    Link { from: from.into(), to: to.into(), value, text, title: String::new(), style, href: None }
}

/// Roaster with a dust return, stock and an unaccounted amount.
fn smelter() -> Sankey {
    use LinkStyle::{Normal, Return, StockChange, Unaccounted};
    Sankey {
        id: "plant".into(),
        title: "铊流向图".into(),
        description: "投入 100 kg,平衡差 5 kg。".into(),
        nodes: vec![
            node("ore", NodeKind::Source),
            node("roaster", NodeKind::Process),
            node("filter", NodeKind::Process),
            node("stock", NodeKind::Store),
            node("calcine", NodeKind::Sink),
            node("acid", NodeKind::Sink),
            node("gap", NodeKind::Unaccounted),
        ],
        links: vec![
            link("ore", "roaster", 100.0, Normal),
            link("roaster", "calcine", 60.0, Normal),
            link("roaster", "filter", 45.0, Normal),
            link("filter", "roaster", 20.0, Return),
            link("filter", "acid", 25.0, Normal),
            link("roaster", "stock", 10.0, StockChange),
            link("roaster", "gap", 5.0, Unaccounted),
        ],
    }
}

fn place(figure: &Sankey, width: f64) -> (Graph, Columns, Picture) {
    let graph = Graph::build(figure, &Words::CHINESE).expect("a figure");
    let columns = Columns::arrange(&graph);
    let picture = Picture::place(&graph, &columns, width);
    (graph, columns, picture)
}

fn svg(figure: &Sankey) -> String {
    figure.svg(&Options::default()).expect("a figure")
}

/// Figures of up to 9 nodes and 24 links of any direction, style, sign and size.
fn any_figure() -> impl Strategy<Value = Sankey> {
    let kinds = prop::sample::select(vec![
        NodeKind::Source,
        NodeKind::Process,
        NodeKind::Store,
        NodeKind::Sink,
        NodeKind::Unaccounted,
    ]);
    let styles = prop::sample::select(vec![
        LinkStyle::Normal,
        LinkStyle::Normal,
        LinkStyle::Return,
        LinkStyle::Unaccounted,
        LinkStyle::StockChange,
    ]);
    let value =
        prop_oneof![4 => 0.0..1000.0_f64, 1 => -50.0..0.0_f64, 1 => Just(0.0), 1 => Just(1e-9)];
    let nodes = prop::collection::vec((kinds, "[ -~铊锌渣]{0,24}"), 1..9);
    nodes.prop_flat_map(move |nodes| {
        let count = nodes.len();
        let links =
            prop::collection::vec((0..count, 0..count, value.clone(), styles.clone()), 0..24);
        links.prop_map(move |links| Sankey {
            id: "any".into(),
            nodes: nodes
                .iter()
                .enumerate()
                .map(|(index, (kind, label))| Node {
                    label: label.clone(),
                    detail: "1,234.5 kg · 12.3 %".into(),
                    ..node(&index.to_string(), *kind)
                })
                .collect(),
            links: links
                .iter()
                .map(|(a, b, value, style)| link(&a.to_string(), &b.to_string(), *value, *style))
                .collect(),
            ..Sankey::default()
        })
    })
}

/// Highest, lowest, leftmost, rightmost point of a ribbon.
fn extent(shape: &Shape, width: f64) -> [f64; 4] {
    let points: Vec<(f64, f64)> = match shape {
        Shape::Forward(stops) => {
            stops.iter().flat_map(|(x, y)| [(*x, *y), (*x, y + width)]).collect()
        }
        Shape::Loop { start, down, channel, up, end } => vec![
            *start,
            *end,
            (down + width, channel + width),
            (*up, channel + width),
            (down - CORNER, *channel),
            (up + width + CORNER, *channel),
        ],
    };
    let least = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    [least(|p| p.1), most(|p| p.1), least(|p| p.0), most(|p| p.0)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn everything_lies_inside_the_picture(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (_, _, picture) = place(&figure, width);
        let inside = |top: f64, bottom: f64, left: f64, right: f64| {
            top >= -SLACK && bottom <= picture.height + SLACK
                && left >= -SLACK && right <= picture.width + SLACK
        };
        for ribbon in &picture.ribbons {
            let [top, bottom, left, right] = extent(&ribbon.shape, ribbon.width);
            prop_assert!(inside(top, bottom, left, right), "{ribbon:?} in {}×{}", picture.width, picture.height);
        }
        for frame in picture.bars.iter().chain(picture.labels.iter().map(|label| &label.frame)) {
            prop_assert!(inside(frame.y, frame.y + frame.height, frame.x, frame.x + frame.width), "{frame:?}");
        }
        let text = figure.svg(&Options { width, ..Options::default() }).expect("a figure");
        prop_assert!(!text.contains("NaN") && !text.contains("inf"));
    }

    #[test]
    fn ribbons_share_one_scale_and_fill_their_nodes(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (graph, _, picture) = place(&figure, width);
        let mut scale = None;
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            if ribbon.widened {
                prop_assert_eq!(ribbon.width, THINNEST);
            } else {
                let own = ribbon.width / edge.value;
                let first = *scale.get_or_insert(own);
                prop_assert!((own / first - 1.0).abs() < 1e-9, "{own} and {first}");
            }
        }
        for (node, bar) in picture.bars.iter().enumerate() {
            let ends = || graph.edges.iter().zip(&picture.ribbons);
            let out: f64 = ends().filter(|(e, _)| e.from == node).map(|(_, r)| r.width).sum();
            let into: f64 = ends().filter(|(e, _)| e.to == node).map(|(_, r)| r.width).sum();
            let largest = out.max(into);
            prop_assert!((bar.height - largest.max(4.0)).abs() < 1e-9);
        }
    }

    #[test]
    fn ribbons_dock_side_by_side(figure in any_figure()) {
        let (graph, _, picture) = place(&figure, 960.0);
        let mut docks: BTreeMap<(usize, bool), Vec<(f64, f64)>> = BTreeMap::new();
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            let (start, end) = match &ribbon.shape {
                Shape::Forward(stops) => (stops[0].1, stops[stops.len() - 1].1),
                Shape::Loop { start, end, .. } => (start.1, end.1),
            };
            docks.entry((edge.from, true)).or_default().push((start, ribbon.width));
            docks.entry((edge.to, false)).or_default().push((end, ribbon.width));
        }
        for ((node, _), mut places) in docks {
            places.sort_by(|a, b| a.0.total_cmp(&b.0));
            let bar = &picture.bars[node];
            let mut next = bar.y;
            for (y, width) in places {
                prop_assert!((y - next).abs() < 1e-6, "gap or overlap at {node}");
                next = y + width;
            }
            prop_assert!(next <= bar.y + bar.height + 1e-6);
        }
    }

    #[test]
    fn labels_never_overlap(figure in any_figure(), width in 200.0..1600.0_f64) {
        let (_, _, picture) = place(&figure, width);
        let shrunk = |label: &labels::Label| {
            let frame = label.frame;
            place::Frame { y: frame.y + SLACK, height: frame.height - 2.0 * SLACK, ..frame }
        };
        for (index, label) in picture.labels.iter().enumerate().filter(|(_, l)| l.frame.width > 0.0) {
            for other in picture.labels.iter().skip(index + 1).filter(|l| l.frame.width > 0.0) {
                prop_assert!(!shrunk(label).overlaps(&shrunk(other)), "{label:?} {other:?}");
            }
            for bar in &picture.bars {
                prop_assert!(!shrunk(label).overlaps(bar), "{label:?} on {bar:?}");
            }
        }
    }

    #[test]
    fn nothing_crosses_a_node(figure in any_figure()) {
        let (graph, columns, picture) = place(&figure, 960.0);
        for (edge, ribbon) in graph.edges.iter().zip(&picture.ribbons) {
            match &ribbon.shape {
                Shape::Loop { down, channel, up, .. } => {
                    let (first, last) = (graph.nodes[edge.to].column, graph.nodes[edge.from].column);
                    for (node, bar) in picture.bars.iter().enumerate() {
                        let column = graph.nodes[node].column;
                        if (first..=last).contains(&column) {
                            prop_assert!(bar.y + bar.height <= channel - CORNER + SLACK);
                        }
                        // The lanes run in the gaps: no bar of any column is in their way.
                        for lane in [*down, *up] {
                            prop_assert!(
                                bar.x + bar.width <= lane + SLACK || bar.x >= lane + ribbon.width - SLACK
                            );
                        }
                    }
                }
                Shape::Forward(stops) => {
                    for (x, y) in stops.iter().skip(1).take(stops.len() - 2) {
                        let clear = picture.bars.iter().all(|bar| {
                            let beside = *x < bar.x || *x > bar.x + bar.width;
                            beside || y + ribbon.width <= bar.y || *y >= bar.y + bar.height
                        });
                        prop_assert!(clear, "a ribbon runs through a bar");
                    }
                }
            }
        }
        // Every node and every passed column is listed exactly once.
        let listed: usize = columns.items.iter().map(Vec::len).sum();
        prop_assert_eq!(listed, columns.rank.len());
        for node in 0..graph.nodes.len() {
            prop_assert!(columns.items[graph.nodes[node].column].contains(&Item::Node(node)));
        }
    }

    #[test]
    fn equal_input_gives_equal_bytes(figure in any_figure()) {
        prop_assert_eq!(svg(&figure), svg(&figure.clone()));
    }

    #[test]
    fn values_are_kept(figure in any_figure()) {
        let (graph, _, _) = place(&figure, 960.0);
        let given: f64 = figure.links.iter().map(|link| link.value.abs()).sum();
        let drawn: f64 = graph.edges.iter().map(|edge| edge.value).sum();
        prop_assert!((given - drawn).abs() < 1e-9);
        prop_assert_eq!(graph.edges.len(), figure.links.len());
    }
}

#[test]
fn a_small_smelter_looks_as_agreed() {
    insta::assert_snapshot!(svg(&smelter()));
}

#[test]
fn the_dust_return_is_the_loop_declared_or_not() {
    for style in [LinkStyle::Return, LinkStyle::Normal] {
        let mut figure = smelter();
        figure.links[3].style = style;
        let (graph, _, picture) = place(&figure, 960.0);
        let looped: Vec<usize> =
            (0..graph.edges.len()).filter(|edge| graph.edges[*edge].looped).collect();
        assert_eq!(looped, [3], "{style:?}");
        let Shape::Loop { start, end, channel, .. } = picture.ribbons[3].shape else {
            panic!("the return is not drawn as a loop");
        };
        let (filter, roaster) = (&picture.bars[2], &picture.bars[1]);
        assert!(start.0 > end.0, "it leaves right of where it comes back");
        assert!((start.0 - filter.x - filter.width).abs() < SLACK, "it leaves on the right side");
        assert!((end.0 - roaster.x).abs() < SLACK, "it comes back on the left side");
        assert!(channel > filter.y + filter.height && channel > roaster.y + roaster.height);
    }
}

#[test]
fn the_lightest_edge_of_a_circle_is_turned_into_a_loop() {
    let mut figure = smelter();
    figure.links[3] = link("filter", "roaster", 44.0, LinkStyle::Normal);
    let (graph, _, _) = place(&figure, 960.0);
    assert!(graph.edges[3].looped && !graph.edges[2].looped);
    figure.links[3] = link("filter", "roaster", 60.0, LinkStyle::Normal);
    figure.links[0] = link("ore", "filter", 100.0, LinkStyle::Normal);
    let (graph, _, _) = place(&figure, 960.0);
    assert!(graph.edges[2].looped && !graph.edges[3].looped);
}

#[test]
fn a_node_may_feed_itself() {
    let mut figure = smelter();
    figure.links.push(link("roaster", "roaster", 7.0, LinkStyle::Return));
    let (_, _, picture) = place(&figure, 960.0);
    assert!(matches!(picture.ribbons[7].shape, Shape::Loop { .. }));
}

#[test]
fn a_gain_enters_from_unknown_origin() {
    let mut figure = smelter();
    figure.links[6].value = -5.0;
    let (graph, _, _) = place(&figure, 960.0);
    let edge = &graph.edges[6];
    let (from, to) = (&graph.nodes[edge.from], &graph.nodes[edge.to]);
    assert_eq!(from.label, Words::CHINESE.gain);
    assert_eq!(from.kind, NodeKind::Unaccounted);
    assert_eq!(to.label, "节点 roaster");
    assert!(from.column < to.column, "it comes in from the left");
    assert!(!graph.nodes.iter().any(|node| node.label == "节点 gap"), "the empty node is gone");
}

#[test]
fn a_loss_and_a_gain_at_once_have_two_nodes() {
    let mut figure = smelter();
    figure.links.push(link("filter", "gap", -2.0, LinkStyle::Unaccounted));
    let (graph, _, _) = place(&figure, 960.0);
    let labels: Vec<&str> = graph.nodes.iter().map(|node| node.label.as_str()).collect();
    assert!(labels.contains(&"节点 gap") && labels.contains(&Words::CHINESE.gain), "{labels:?}");
    assert!(!graph.edges.iter().any(|edge| edge.looped && edge.style != LinkStyle::Return));
}

#[test]
fn a_stock_decrease_feeds_the_process() {
    let mut figure = smelter();
    figure.links[5].value = -10.0;
    let (graph, _, _) = place(&figure, 960.0);
    let from = &graph.nodes[graph.edges[5].from];
    assert_eq!((from.label.as_str(), from.kind), ("节点 stock(减少)", NodeKind::Store));
}

#[test]
fn tiny_flows_stay_visible_and_say_so() {
    let mut figure = smelter();
    figure.links[4].value = 0.001;
    let drawing = svg(&figure);
    let (_, _, picture) = place(&figure, 960.0);
    assert_eq!(picture.ribbons[4].width, THINNEST);
    let widened = format!("节点 filter → 节点 acid: 25 kg{}", Words::CHINESE.widened);
    assert!(drawing.contains(&widened));
    assert_eq!(drawing.matches(Words::CHINESE.widened).count(), 1);
}

#[test]
fn long_labels_are_cut_and_kept_in_the_title() {
    let mut figure = smelter();
    let long = "河池市南丹县某某有色金属冶炼与综合回收有限公司三号堆场".repeat(2);
    figure.nodes[0].label = long.clone();
    let drawing = svg(&figure);
    assert!(drawing.contains(&format!("<title>{long}</title>")));
    assert!(!drawing.contains(&format!(">{long}</text>")));
    assert!(drawing.contains("…</text>"));
}

#[test]
fn a_number_is_never_cut() {
    let mut figure = smelter();
    for node in &mut figure.nodes {
        node.detail = "123,456.789 kg · 12.3 %".into();
    }
    for width in [300.0, 360.0, 480.0, 960.0] {
        let (_, _, picture) = place(&figure, width);
        let allowed = ["123,456.789 kg · 12.3 %", "123,456.789 kg", ""];
        for label in &picture.labels {
            assert!(allowed.contains(&label.detail.as_str()), "{:?}", label.detail);
        }
    }
}

#[test]
fn narrow_figures_put_the_last_labels_outside_and_fit_a_phone() {
    let (_, _, picture) = place(&smelter(), 360.0);
    assert!(picture.width <= 400.0, "{}", picture.width);
    assert!(picture.labels.iter().any(|label| label.place == LabelPlace::Right));
    assert!(picture.labels.iter().all(|label| label.place != LabelPlace::Left));
}

#[test]
fn styles_differ_without_colour() {
    let drawing = svg(&smelter());
    assert!(drawing.contains("class=\"unaccounted\" fill=\"url(#plant-hatch)\""));
    assert!(drawing.contains("<pattern id=\"plant-hatch\""));
    let dashed = drawing.lines().filter(|line| line.contains("stroke-dasharray=\"6 4\"")).count();
    assert_eq!(dashed, 2, "the return itself and its legend");
    for word in ["返料", "平衡差", "库存变化"] {
        assert!(drawing.contains(&format!(">{word}</text>")), "legend lacks {word}");
    }
}

#[test]
fn a_picture_is_an_image_and_with_links_a_group() {
    let mut figure = smelter();
    assert!(svg(&figure).contains("role=\"img\" aria-labelledby=\"plant-title plant-desc\""));
    figure.links[0].href = Some("/batches?from=ore&to=\"roaster\"".into());
    let drawing = svg(&figure);
    assert!(drawing.contains("role=\"group\""));
    assert!(drawing.contains("<a href=\"/batches?from=ore&amp;to=&quot;roaster&quot;\""));
    assert!(drawing.contains("aria-label=\"节点 ore → 节点 roaster: 100 kg\""));
}

#[test]
fn pages_get_variables_and_files_get_colours() {
    let figure = smelter();
    assert!(svg(&figure).contains("fill=\"var(--fig-flow, #5a93d6)\""));
    let file = Options { surface: Surface::Standalone, ..Options::default() };
    let drawing = figure.svg(&file).expect("a figure");
    assert!(!drawing.contains("var(") && drawing.contains("fill=\"#ffffff\""));
}

#[test]
fn no_flow_gives_a_friendly_figure() {
    let figure = Sankey { id: "none".into(), nodes: smelter().nodes, ..Sankey::default() };
    let drawing = svg(&figure);
    assert!(drawing.contains(">本期没有可画的流向</text>") && drawing.contains("role=\"img\""));
    let english = Options { words: Words::ENGLISH, ..Options::default() };
    assert!(figure.svg(&english).expect("a figure").contains("No flows to draw"));
}

#[test]
fn bad_figures_are_refused_with_reasons() {
    let refused = |change: &dyn Fn(&mut Sankey)| {
        let mut figure = smelter();
        change(&mut figure);
        figure.svg(&Options::default()).expect_err("refused").to_string()
    };
    let unknown = refused(&|figure| figure.links[0].to = "mill".into());
    assert_eq!(unknown, "link ore → mill: there is no node mill");
    let twice = refused(&|figure| figure.nodes[1].id = "ore".into());
    assert_eq!(twice, "two nodes have the id ore");
    let nan = refused(&|figure| figure.links[0].value = f64::NAN);
    assert_eq!(nan, "link ore → roaster: NaN cannot be drawn");
    let infinite = refused(&|figure| figure.links[0].value = f64::INFINITY);
    assert_eq!(infinite, "link ore → roaster: inf cannot be drawn");
    let script = refused(&|figure| figure.nodes[0].href = Some("javascript:alert(1)".into()));
    assert!(script.contains("javascript:alert(1)"), "{script}");
    let other_site = refused(&|figure| figure.nodes[0].href = Some("//elsewhere".into()));
    assert!(other_site.contains("//elsewhere"), "{other_site}");
    let id = refused(&|figure| figure.id = "a b".into());
    assert!(id.starts_with("figure id \"a b\""), "{id}");
    let many = refused(&|figure| {
        figure.links = vec![link("ore", "roaster", 1.0, LinkStyle::Normal); MAX_LINKS + 1];
    });
    assert_eq!(many, "601 links, at most 600: group them first");
}

#[test]
fn markup_in_labels_is_text() {
    let mut figure = smelter();
    figure.nodes[0].label = "<script>&\"'\u{1}".into();
    let drawing = svg(&figure);
    assert!(!drawing.contains("<script") && drawing.contains("&lt;script&gt;&amp;&quot;&#39;"));
    assert!(!drawing.contains('\u{1}'));
}

#[test]
fn a_full_figure_is_drawn_in_bounded_time() {
    let nodes: Vec<Node> =
        (0..MAX_NODES).map(|index| node(&index.to_string(), NodeKind::Process)).collect();
    let links: Vec<Link> = (0..MAX_LINKS)
        .map(|index| {
            let (from, to) = (index * 7 % MAX_NODES, index * 31 % MAX_NODES);
            link(&from.to_string(), &to.to_string(), 1.0, LinkStyle::Normal)
        })
        .collect();
    let figure = Sankey { id: "full".into(), nodes, links, ..Sankey::default() };
    assert!(svg(&figure).ends_with("</svg>\n"));
}
