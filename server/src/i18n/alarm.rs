//! Words for what an alarm has noticed: each kind with its figures.
//!
//! A kind without words does not compile. What the database or a library said stays as it is, in
//! brackets: it is evidence for whoever looks into it.

use tl_ledger::Hash;
use tl_store::AlarmFact;

use super::Words;

/// Digits of a hash that are shown; the API has all of them.
const HASH_DIGITS: usize = 16;

messages! { ALARM {
    alarm_separator = "；", "; ";
    alarm_entry_altered(index, leaf) = "第 {index} 条记录的内容与旁边存的哈希不符（内容的哈希为 {leaf}）",
        "record no. {index} does not give the hash beside it (its bytes give {leaf})";
    alarm_entry_missing(index) = "缺第 {index} 条记录", "record no. {index} is missing";
    alarm_entries_altered(indexes) = "与已签名内容不同的记录：第 {indexes} 条",
        "records that differ from what was signed: no. {indexes}";
    alarm_root_differs(size, root) = "前 {size} 条记录算出的根是 {root}，不是已签名的根",
        "the first {size} records give the root {root}, which is not the signed one";
    alarm_log_root_differs(size, root) = "前 {size} 条记录算出的根是 {root}，与账本存的根不同",
        "the first {size} records give the root {root}, the ledger's own row has another";
    alarm_tile_altered(level, tile) = "哈希块 {level}/{tile} 被改动",
        "hash tile {level}/{tile} was altered";
    alarm_tile_width(level, tile, stored, signed) =
        "哈希块 {level}/{tile} 现有 {stored} 个哈希，签名时有 {signed} 个",
        "hash tile {level}/{tile} has {stored} hashes, {signed} were signed";
    alarm_tiles_root = "存储的哈希块算不出已签名的根", "the stored hash tiles do not give the signed root";
    alarm_frontier = "存储的树边算不出已签名的根", "the stored frontier does not give the signed root";
    alarm_checkpoint_unsigned(size, reason) = "含 {size} 条的存证点签名无效（{reason}）",
        "the checkpoint of {size} records is not validly signed ({reason})";
    alarm_checkpoint_says(size, said, root) = "含 {size} 条的存证点，签名原文却写着含 {said} 条、根 {root}",
        "the checkpoint of {size} records: its signed text says {said} records and root {root}";
    alarm_checkpoint_changed(size) = "含 {size} 条的存证点，数据库行被改动",
        "the checkpoint of {size} records: its row was changed";
    alarm_checkpoints_missing(count, after, before) =
        "含 {after} 条和含 {before} 条的存证点之间，缺 {count} 个存证点",
        "missing checkpoints between those of {after} and {before} records: {count}";
    alarm_newest_missing(size) = "最近的存证点（含 {size} 条）不见了",
        "the newest checkpoint, of {size} records, is missing";
    alarm_checkpoint_beyond(size, head) = "有含 {size} 条的存证点，而存证树只到 {head} 条",
        "there is a checkpoint of {size} records, the tree has {head}";
    alarm_key_unreadable(vkey) = "存证树的公钥读不懂（{vkey}）", "the tree's key can't be read ({vkey})";
    alarm_borne_out(size, newest) = "现有记录只能对上含 {size} 条的存证点，最近的含 {newest} 条",
        "the records bear out the checkpoint of {size} records, the newest has {newest}";
    alarm_row_damaged(detail) = "数据库行损坏（{detail}）", "a row of the database is damaged ({detail})";
    alarm_signer_ahead(signed, stored) = "签名模块已签过含 {signed} 条的存证点，数据库只有 {stored} 条",
        "the signer has signed {signed} records, the database has {stored}";
    alarm_newer_head(seen, signed) = "有人持有含 {seen} 条的存证点，本机只签到 {signed} 条",
        "somebody holds a checkpoint of {seen} records, this server has signed up to {signed}";
    alarm_other_root(size, seen, stored) = "含 {size} 条的存证点，有人见到的根是 {seen}，本机的根是 {stored}",
        "at {size} records somebody has seen the root {seen}, this server has {stored}";
    alarm_witness_disagrees(witness) = "第三方 {witness} 认为最近的存证点与它上次签名的不一致",
        "the witness {witness} finds the newest checkpoint inconsistent with its last one";
} }

impl Words {
    /// What was noticed, in the reader's language.
    #[must_use]
    pub fn alarm_fact(self, fact: &AlarmFact) -> String {
        use AlarmFact as F;
        match fact {
            F::EntryAltered { index, leaf } => self.alarm_entry_altered(index, short(leaf)),
            F::EntryMissing { index } => self.alarm_entry_missing(index),
            F::EntriesAltered { indexes } => {
                let listed: Vec<String> = indexes.iter().map(u64::to_string).collect();
                self.alarm_entries_altered(listed.join(", "))
            }
            F::RootDiffers { size, root } => self.alarm_root_differs(size, short(root)),
            F::LogRootDiffers { size, root } => self.alarm_log_root_differs(size, short(root)),
            F::TileAltered { level, tile } => self.alarm_tile_altered(level, tile),
            F::TileWidth { level, tile, stored, signed } => {
                self.alarm_tile_width(level, tile, stored, signed)
            }
            F::TilesRootDiffers => self.alarm_tiles_root().to_owned(),
            F::FrontierDiffers => self.alarm_frontier().to_owned(),
            F::KeyUnreadable { vkey } => self.alarm_key_unreadable(vkey),
            F::BorneOut { size, newest } => self.alarm_borne_out(size, newest),
            F::RowDamaged { detail } => self.alarm_row_damaged(detail),
            F::CheckpointUnsigned { size, reason } => self.alarm_checkpoint_unsigned(size, reason),
            F::CheckpointSays { size, said, root } => {
                self.alarm_checkpoint_says(size, said, short(root))
            }
            F::CheckpointChanged { size } => self.alarm_checkpoint_changed(size),
            F::CheckpointsMissing { count, after, before } => {
                self.alarm_checkpoints_missing(count, after, before)
            }
            F::NewestCheckpointMissing { size } => self.alarm_newest_missing(size),
            F::CheckpointBeyond { size, head } => self.alarm_checkpoint_beyond(size, head),
            F::SignerAhead { signed, stored } => self.alarm_signer_ahead(signed, stored),
            F::NewerHead { seen, signed } => self.alarm_newer_head(seen, signed),
            F::OtherRoot { size, seen, stored } => {
                self.alarm_other_root(size, short(seen), short(stored))
            }
            F::WitnessDisagrees { witness } => self.alarm_witness_disagrees(witness),
        }
    }
}

/// The first digits of a hash.
fn short(hash: &Hash) -> String {
    let digits: String = hash.to_string().chars().take(HASH_DIGITS).collect();
    digits + "…"
}
