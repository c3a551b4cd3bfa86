//! Writes sample figures and labels into a folder, to be looked at: `gallery FOLDER`.

#[path = "gallery/plants.rs"]
mod plants;

use std::path::PathBuf;
use std::{env, error, fs};

use tl_report::figure::Surface;
use tl_report::figure::sankey::{Options, Sankey, Words};

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
    Ok(())
}
