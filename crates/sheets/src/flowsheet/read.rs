//! From cells to master records of a site.
//!
//! Invariant: ids are unique within their kind, names that are used as references are unique too;
//! a stream leads from one place to another; all that is wrong is said at once.

use std::collections::BTreeMap;

use tl_domain::event::{
    Endpoint, Master, MaterialRecord, MeterRecord, NodeRecord, PlaceRecord, StreamRecord,
};
use tl_domain::ids::{MaterialId, NodeId, SiteId};
use tl_domain::quantity::Moisture;

use super::FlowsheetFile;
use super::sections::{
    MATERIAL_CLASSES, MATERIALS, METER_KINDS, METERS, NODE_KINDS, NODES, PLACES, ROLES, SECTIONS,
    STREAMS, YES_NO,
};
use crate::book::{Book, CellKind, Sheet};
use crate::cell;
use crate::folded::folded;
use crate::header::{Grid, Line};
use crate::limits::TEXT_CHARS_MAX;
use crate::problem::{Problems, Refused, Words};

/// Words for beyond the fence.
const OUTSIDE: [&str; 5] = ["外部", "厂外", "外购", "外售", "outside"];

/// Reads a flow sheet. `known` are the records that the site has already: what the file names may
/// be among them, and what it has no column for is taken from them.
///
/// # Errors
/// Everything that could not be understood, at once.
pub fn read(book: &Book, site: &SiteId, known: &[Master]) -> Result<FlowsheetFile, Refused> {
    let mut reader = Reader {
        site,
        known,
        nodes: Names::default(),
        materials: Names::default(),
        problems: Problems::default(),
        notices: Problems::default(),
        records: Vec::new(),
    };
    for master in known {
        match master {
            Master::Node(node) => reader.nodes.add(node.id.as_str(), &node.name),
            Master::Material(material) => {
                reader.materials.add(material.id.as_str(), &material.name)
            }
            _ => {}
        }
    }
    let mut is_any = false;
    for section in 0..SECTIONS.len() {
        if let Some(sheet) = sheet_of(book, section) {
            is_any = true;
            reader.section(sheet, section);
        }
    }
    if !is_any {
        let names: Vec<&str> = SECTIONS.iter().map(|section| section.name).collect();
        let names = names.join("、");
        return Err(Refused::whole(Words::new(
            format!("没有可读的工作表；要有：{names}（CSV 用 [节点] 这样的行分段）"),
            format!("no sheet to read; needed: {names} (a CSV has sections like [节点])"),
        )));
    }
    let Reader { problems, notices, records, .. } = reader;
    problems.none_or(FlowsheetFile { records, notices: notices.into_kept() })
}

fn sheet_of(book: &Book, section: usize) -> Option<&Sheet> {
    let section = &SECTIONS[section];
    book.sheets.iter().find(|sheet| {
        let name = folded(&sheet.name);
        name == folded(section.name) || section.aliases.contains(&name.as_str())
    })
}

/// Ids and names of one kind of record.
#[derive(Default)]
struct Names {
    ids: BTreeMap<String, usize>,
    /// Folded name → ids.
    by_name: BTreeMap<String, Vec<String>>,
}

impl Names {
    fn add(&mut self, id: &str, name: &str) {
        self.ids.entry(id.to_owned()).or_insert(0);
        let ids = self.by_name.entry(folded(name)).or_default();
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }

    /// The id that a cell means.
    fn find(&self, text: &str, what: (&str, &str)) -> Result<String, Words> {
        if self.ids.contains_key(text) {
            return Ok(text.to_owned());
        }
        match self.by_name.get(&folded(text)).map(Vec::as_slice) {
            Some([id]) => Ok(id.clone()),
            Some(ids) => Err(Words::new(
                format!("有 {} 个{}叫这个名称；请填编号", ids.len(), what.0),
                format!("{} {}s have this name; give the id", ids.len(), what.1),
            )),
            None => Err(Words::new(
                format!("没有这个{}；请先在「{}」表中填上", what.0, what.0),
                format!("there is no such {}; add it to its sheet first", what.1),
            )),
        }
    }
}

struct Reader<'a> {
    site: &'a SiteId,
    known: &'a [Master],
    nodes: Names,
    materials: Names,
    problems: Problems,
    notices: Problems,
    records: Vec<Master>,
}

impl Reader<'_> {
    fn section(&mut self, sheet: &Sheet, section: usize) {
        let columns = SECTIONS[section].columns;
        let Some(grid) = Grid::find(sheet, columns, &mut self.problems, &mut self.notices) else {
            return;
        };
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for line in grid.lines().filter(|line| !line.is_blank()) {
            let record = match section {
                NODES => self.node(line),
                MATERIALS => self.material(line),
                STREAMS => self.stream(line),
                PLACES => self.place(line),
                METERS => self.meter(line),
                _ => None,
            };
            let Some(record) = record else { continue };
            let first = *seen.entry(record.id().to_owned()).or_insert(line.row.number);
            if first != line.row.number {
                self.fail::<()>(
                    line,
                    0,
                    Words::new(
                        format!("编号与第 {first} 行重复；请改其中一个"),
                        format!("the id stands in row {first} already; change one of them"),
                    ),
                );
                continue;
            }
            match &record {
                Master::Node(node) => self.nodes.add(node.id.as_str(), &node.name),
                Master::Material(found) => self.materials.add(found.id.as_str(), &found.name),
                _ => {}
            }
            self.records.push(record);
        }
    }

    fn fail<T>(&mut self, line: Line<'_>, column: usize, message: Words) -> Option<T> {
        self.problems.add(line.problem(column, message));
        None
    }

    fn needed<T>(
        &mut self,
        line: Line<'_>,
        column: usize,
        read: impl Fn(&str) -> Result<T, Words>,
    ) -> Option<T> {
        if line.cell(column).text.is_empty() {
            return self.fail(line, column, Words::new("不能空着", "it must not be blank"));
        }
        self.optional(line, column, read)?
    }

    fn optional<T>(
        &mut self,
        line: Line<'_>,
        column: usize,
        read: impl Fn(&str) -> Result<T, Words>,
    ) -> Option<Option<T>> {
        let found = line.cell(column);
        if found.kind == CellKind::Error {
            let message = Words::new("公式出错；请直接填", "the formula gives an error; type it");
            return self.fail(line, column, message);
        }
        if found.text.is_empty() {
            return Some(None);
        }
        match read(&found.text) {
            Ok(value) => Some(Some(value)),
            Err(message) => self.fail(line, column, message),
        }
    }

    fn node(&mut self, line: Line<'_>) -> Option<Master> {
        let id = self.needed(line, 0, id);
        let name = self.needed(line, 1, name);
        let kind = self.needed(line, 2, |text| cell::choice(text, NODE_KINDS));
        Some(Master::Node(NodeRecord {
            id: id?,
            site: self.site.clone(),
            name: name?,
            kind: kind?,
        }))
    }

    fn material(&mut self, line: Line<'_>) -> Option<Master> {
        let id: Option<MaterialId> = self.needed(line, 0, id);
        let name = self.needed(line, 1, name);
        let class = self.needed(line, 2, |text| cell::choice(text, MATERIAL_CLASSES));
        let waste_code = self.optional(line, 3, self::name);
        let counted = self.optional(line, 4, |text| cell::choice(text, YES_NO));
        let moisture = self.optional(line, 5, |text| {
            let bare = crate::folded::plain(text);
            let value = cell::amount(bare.strip_suffix('%').unwrap_or(&bare))?;
            Moisture::from_percent(value.value()).map(|_| value).map_err(|_| {
                Words::new("含水率应在 0 到 100 % 之间", "moisture lies from 0 to below 100 %")
            })
        });
        let id = id?;
        let before = self.known.iter().find_map(|master| match master {
            Master::Material(record) if record.id == id => Some(record),
            _ => None,
        });
        Some(Master::Material(MaterialRecord {
            name: name?,
            class: class?,
            waste_code: waste_code?.or(before.and_then(|record| record.waste_code.clone())),
            counted: counted?.or(before.map(|record| record.counted)).unwrap_or(false),
            moisture: moisture?.or(before.and_then(|record| record.moisture.clone())),
            defaults: before.map(|record| record.defaults.clone()).unwrap_or_default(),
            id,
        }))
    }

    fn stream(&mut self, line: Line<'_>) -> Option<Master> {
        let id = self.needed(line, 0, id);
        let name = self.needed(line, 1, name);
        let from = self.end(line, 2);
        let to = self.end(line, 3);
        let material = self.reference(line, 4, |reader| &reader.materials, ("物料", "material"));
        let role = self.needed(line, 5, |text| cell::choice(text, ROLES));
        let (from, to) = (from?, to?);
        if from == to {
            let message = match from {
                Endpoint::Outside => Words::new(
                    "起点和终点都在厂外；至少一端是本厂节点",
                    "it leads from outside to outside; one end must be a node of the site",
                ),
                Endpoint::Node(_) => Words::new(
                    "起点和终点是同一节点；请改一端",
                    "it leads from a node to the same node; change one end",
                ),
            };
            return self.fail(line, 3, message);
        }
        Some(Master::Stream(StreamRecord {
            id: id?,
            name: name?,
            from,
            to,
            material: material?.parse().ok()?,
            role: role?,
        }))
    }

    fn place(&mut self, line: Line<'_>) -> Option<Master> {
        let id: Option<tl_domain::ids::PlaceId> = self.needed(line, 0, id);
        let name = self.needed(line, 1, name);
        let node = self.reference(line, 2, |reader| &reader.nodes, ("节点", "node"));
        let material = match line.cell(3).text.is_empty() {
            true => Some(None),
            false => self
                .reference(line, 3, |reader| &reader.materials, ("物料", "material"))
                .map(|id| id.parse().ok()),
        };
        let id = id?;
        let before = self.known.iter().find_map(|master| match master {
            Master::Place(record) if record.id == id => Some(record),
            _ => None,
        });
        Some(Master::Place(PlaceRecord {
            node: node?.parse().ok()?,
            name: name?,
            material: material?.or(before.and_then(|record| record.material.clone())),
            code: before.and_then(|record| record.code.clone()),
            mixing: before.and_then(|record| record.mixing),
            id,
        }))
    }

    fn meter(&mut self, line: Line<'_>) -> Option<Master> {
        let id: Option<tl_domain::ids::MeterId> = self.needed(line, 0, id);
        let name = self.needed(line, 1, name);
        let kind = self.needed(line, 2, |text| cell::choice(text, METER_KINDS));
        let id = id?;
        let before = self.known.iter().find_map(|master| match master {
            Master::Meter(record) if record.id == id => Some(record),
            _ => None,
        });
        Some(Master::Meter(MeterRecord {
            name: name?,
            kind: kind?,
            site: self.site.clone(),
            uncertainty: before.map(|record| record.uncertainty.clone()).unwrap_or_default(),
            id,
        }))
    }

    fn end(&mut self, line: Line<'_>, column: usize) -> Option<Endpoint> {
        if OUTSIDE.contains(&folded(&line.cell(column).text).as_str()) {
            return Some(Endpoint::Outside);
        }
        let id = self.reference(line, column, |reader| &reader.nodes, ("节点", "node"))?;
        let id: NodeId = id.parse().ok()?;
        Some(Endpoint::Node(id))
    }

    fn reference(
        &mut self,
        line: Line<'_>,
        column: usize,
        names: impl Fn(&Self) -> &Names,
        what: (&str, &str),
    ) -> Option<String> {
        let text = &line.cell(column).text;
        if text.is_empty() {
            return self.fail(line, column, Words::new("不能空着", "it must not be blank"));
        }
        match names(self).find(text, what) {
            Ok(id) => Some(id),
            Err(message) => self.fail(line, column, message),
        }
    }
}

/// An id as people write it; full-width letters count.
fn id<T: std::str::FromStr>(text: &str) -> Result<T, Words> {
    crate::folded::plain(text).parse().map_err(|_| {
        Words::new(
            "编号只能用字母、数字和 - _ .，最多 64 个字符",
            "an id has letters, digits, - _ . and at most 64 characters",
        )
    })
}

fn name(text: &str) -> Result<String, Words> {
    let found = text.chars().count();
    if found > TEXT_CHARS_MAX {
        return Err(Words::new(
            format!("有 {found} 个字，最多 {TEXT_CHARS_MAX} 个"),
            format!("{found} characters, at most {TEXT_CHARS_MAX}"),
        ));
    }
    Ok(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}
