//! Writes sample figures and labels into a folder, to be looked at: `gallery FOLDER`.

#[path = "gallery/plants.rs"]
mod plants;

use std::path::PathBuf;
use std::{env, error, fs};

use tl_report::figure::Surface;
use tl_report::figure::sankey::{Options, Sankey, Words};
use tl_report::label::{Resolution, pdf};

fn main() -> Result<(), Box<dyn error::Error>> {
    let folder = PathBuf::from(env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    fs::create_dir_all(&folder)?;
    let plants = [
        ("smelter", plants::zinc_smelter()),
        ("small", plants::single_node()),
        ("gain", plants::gain()),
        ("empty", Sankey { id: "empty".into(), ..Sankey::default() }),
    ];
    for (name, plant) in &plants {
        for (suffix, width) in [("wide", 960.0), ("phone", 360.0)] {
            let options = Options { width, surface: Surface::Standalone, words: Words::CHINESE };
            fs::write(folder.join(format!("sankey-{name}-{suffix}.svg")), plant.svg(&options)?)?;
        }
    }
    for (suffix, width) in [("wide", 720.0), ("phone", 360.0)] {
        fs::write(folder.join(format!("waterfall-{suffix}.svg")), plants::balance(width)?)?;
        fs::write(folder.join(format!("series-{suffix}.svg")), plants::readings(width)?)?;
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
    Ok(())
}
