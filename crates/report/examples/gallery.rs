//! Writes sample figures and labels into a folder, to be looked at: `gallery FOLDER`.

#[path = "gallery/plants.rs"]
mod plants;

use std::path::PathBuf;
use std::{env, error, fs};

use tl_report::figure::sankey::{Options, Sankey, Words};
use tl_report::figure::{FIGURE_CSS, Surface};
use tl_report::label::{Resolution, pdf};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    fs::create_dir_all(&folder)?;
    let plants = [
        ("smelter", plants::zinc_smelter()),
        ("small", plants::single_node()),
        ("gain", plants::gain()),
        ("circuits", plants::circuits()),
        ("empty", Sankey { id: "empty".into(), ..Sankey::default() }),
    ];
    for (name, plant) in &plants {
        for (suffix, width) in [("wide", 960.0), ("phone", 360.0)] {
            let options = Options { width, surface: Surface::Standalone, words: Words::CHINESE };
            fs::write(folder.join(format!("sankey-{name}-{suffix}.svg")), plant.svg(&options)?)?;
        }
    }
    for (suffix, width) in [("wide", 720.0), ("phone", 360.0)] {
        fs::write(
            folder.join(format!("waterfall-{suffix}.svg")),
            plants::balance(width, Surface::Standalone)?,
        )?;
        fs::write(
            folder.join(format!("series-{suffix}.svg")),
            plants::readings(width, Surface::Standalone)?,
        )?;
        fs::write(
            folder.join(format!("control-{suffix}.svg")),
            plants::periods(width, Surface::Standalone)?,
        )?;
    }
    let labels = [plants::batch_label(), plants::crowded_label()];
    let mut drawings = Vec::new();
    for (name, label) in ["batch", "crowded"].iter().zip(&labels) {
        let drawing = label.draw()?;
        fs::write(folder.join(format!("label-{name}.svg")), drawing.svg())?;
        let png = drawing.png(Resolution::Dpi203)?;
        fs::write(folder.join(format!("label-{name}-203.png")), png)?;
        let png = drawing.png(Resolution::Dpi300)?;
        fs::write(folder.join(format!("label-{name}-300.png")), png)?;
        println!("{name}: missing {:?}", drawing.missing_glyphs());
        println!("{name}: cut {:?}", drawing.cut_texts());
        drawings.push(drawing);
    }
    fs::write(folder.join("labels.pdf"), pdf(&drawings))?;
    for theme in ["light", "dark"] {
        fs::write(folder.join(format!("page-{theme}.html")), page(theme)?)?;
    }
    Ok(())
}

/// The figures inside a page, with links and in a theme.
fn page(theme: &str) -> Result<String, Box<dyn error::Error>> {
    let mut plant = plants::zinc_smelter();
    for (number, node) in plant.nodes.iter_mut().enumerate() {
        node.href = Some(format!("/nodes/{number}"));
    }
    for (number, link) in plant.links.iter_mut().enumerate() {
        link.href = Some(format!("/flows/{number}"));
    }
    let options = Options { words: Words::ENGLISH, ..Options::default() };
    let figures = [
        plant.svg(&options)?,
        plants::balance(720.0, Surface::Page)?,
        plants::readings(720.0, Surface::Page)?,
        plants::periods(720.0, Surface::Page)?,
    ];
    let qr = tl_report::qr::svg("HTTPS://TL.EXAMPLE.CN/B/7Q3M9K2X5D", "QR 7Q3-M9K-2X5D")?;
    Ok(format!(
        "<!doctype html><html lang=\"zh\" data-theme=\"{theme}\"><head><meta charset=\"utf-8\">\
         <title>gallery</title><style>{FIGURE_CSS}body{{background:var(--fig-paper,#fff);\
         color:var(--fig-text,#000);max-width:60rem;margin:1rem auto}}.tl-qr{{width:10rem}}</style>\
         </head><body><main><h1>铊流向图</h1>{}{qr}</main></body></html>",
        figures.concat()
    ))
}
