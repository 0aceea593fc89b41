//! The package of a workbook: a ZIP archive of parts. Owns the limits of what is inflated, and how an archive is
//! written again with some parts replaced. Must not know what the parts hold.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Read, Write};

use memchr::memmem;
use zip::result::ZipError;
use zip::{ZipArchive, ZipWriter};

use super::Error;

/// How many bytes one part may inflate to; fewer in tests, which would take long.
const PART_LIMIT: u64 = if cfg!(test) { 8 } else { 256 } << 20;

/// How many bytes all parts that are read may inflate to.
const TOTAL_LIMIT: u64 = if cfg!(test) { 12 } else { 512 } << 20;

/// How many bytes a part counts for at least, so that one small part cannot be asked for without end.
const LEAST_COST: u64 = 1 << 12;

/// What a file of the old binary format, or an encrypted one, begins with.
const COMPOUND_FILE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// An archive of parts, found by name.
pub(super) struct Package<'a> {
    bytes: &'a [u8],
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The entries by [`key`].
    entries: HashMap<String, usize>,
    /// How many bytes may still be inflated.
    left: u64,
}

/// Names of parts do not differ by case alone; some writers part folders by backslashes.
fn key(name: &str) -> String {
    name.to_ascii_lowercase().replace('\\', "/")
}

impl<'a> Package<'a> {
    /// Opens the archive in `bytes`.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::file("文件是空的，请检查它有没有保存或下载完"));
        }
        if bytes.starts_with(&COMPOUND_FILE) {
            let stream: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            return Err(Error::file(if memmem::find(bytes, &stream).is_some() {
                "工作簿设了打开密码，请先在 Excel 或 WPS 中去掉密码再检查"
            } else {
                "这是旧版 .xls 工作簿，请用 Excel 或 WPS 另存为 .xlsx 再检查"
            }));
        }
        if !bytes.starts_with(b"PK") {
            return Err(Error::file(
                "这不是 Excel 工作簿（.xlsx 应当是 ZIP 压缩包）；请用 Excel 或 WPS 打开，另存为 .xlsx 再检查",
            ));
        }
        let broken = || Error::file("工作簿的压缩包不完整或已损坏，请重新下载，或用 Excel 修复后另存再检查");
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
        let twice =
            || Error::file("工作簿的压缩包里有重名的部件，分不清用哪个；请用 Excel 或 WPS 打开，另存一份再检查");
        if archive.has_duplicate_names() {
            return Err(twice());
        }
        let mut entries = HashMap::with_capacity(archive.len());
        for (index, name) in archive.file_names().enumerate() {
            if entries.insert(key(&name.map_err(|_| broken())?), index).is_some() {
                return Err(twice());
            }
        }
        Ok(Package { bytes, archive, entries, left: TOTAL_LIMIT })
    }

    /// Whether there is a part of that name.
    pub(super) fn has(&self, part: &str) -> bool {
        self.entries.contains_key(&key(part))
    }

    /// The bytes of a part. The size that its header states is not believed: what comes out is counted.
    fn bytes(&mut self, part: &str) -> Result<Vec<u8>, Error> {
        let index = *self
            .entries
            .get(&key(part))
            .ok_or_else(|| Error::part(part, "找不到，工作簿不完整；请用 Excel 修复后另存再检查"))?;
        let entry = self.archive.by_index(index).map_err(|error| match error {
            ZipError::UnsupportedArchive(_) => {
                Error::part(part, "加了密，或压缩方式少见，读不了；请用 Excel 或 WPS 打开，另存一份再检查")
            }
            _ => Error::part(part, "的压缩数据已损坏；请重新下载，或用 Excel 修复后另存再检查"),
        })?;
        let limit = PART_LIMIT.min(self.left);
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size().min(16 << 20)).unwrap_or(0));
        entry
            .take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| Error::part(part, "的压缩数据已损坏；请重新下载，或用 Excel 修复后另存再检查"))?;
        let length = bytes.len() as u64;
        if length > limit {
            return Err(if limit < PART_LIMIT {
                Error::file("工作簿解压后超过 512 MB，太大了；请拆成几个文件再检查")
            } else {
                Error::part(part, "解压后超过 256 MB，太大了；请拆成几个文件再检查")
            });
        }
        self.left = self.left.saturating_sub(length.max(LEAST_COST));
        Ok(bytes)
    }

    /// The text of a part, with its byte order mark if it has one.
    pub(super) fn text(&mut self, part: &str) -> Result<String, Error> {
        String::from_utf8(self.bytes(part)?)
            .map_err(|_| Error::part(part, "不是 UTF-8 编码；请用 Excel 或 WPS 打开，另存一份再检查"))
    }

    /// The archive with the parts of those names holding those bytes instead. All other entries are copied as they
    /// are compressed, in their order.
    pub(super) fn rewrite(mut self, parts: &BTreeMap<&str, Vec<u8>>) -> Result<Vec<u8>, Error> {
        let changed: HashMap<usize, &Vec<u8>> =
            parts.iter().filter_map(|(part, bytes)| Some((*self.entries.get(&key(part))?, bytes))).collect();
        self.copy(&changed)
            .map_err(|error| Error::File(format!("写不出工作簿的压缩包（{error}），没有改动原文件")))
    }

    fn copy(&mut self, changed: &HashMap<usize, &Vec<u8>>) -> Result<Vec<u8>, ZipError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(self.bytes.len())));
        writer.set_raw_comment(self.archive.comment().into())?;
        for index in 0..self.archive.len() {
            let entry = self.archive.by_index_raw(index)?;
            match changed.get(&index) {
                Some(bytes) => {
                    let large = bytes.len() as u64 >= u64::from(u32::MAX);
                    let options = entry.options().large_file(large).into_full_options();
                    writer.start_file(entry.name()?, options.with_file_comment(entry.comment()))?;
                    writer.write_all(bytes)?;
                }
                None => writer.raw_copy_file(entry)?,
            }
        }
        Ok(writer.finish()?.into_inner())
    }
}
