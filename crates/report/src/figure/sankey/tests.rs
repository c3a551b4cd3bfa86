//! What single figures must show; the geometry of random ones is in `geometry`.

mod geometry;

use super::graph::Graph;
use super::labels::LabelPlace;
use super::order::Columns;
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
