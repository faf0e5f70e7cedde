#!/usr/bin/env python3
"""The Parquet files of ParquetImagesTest and ParquetFileTest, as Arrow's library writes them.

    parquet_files.py          writes them into the test resources

Needs pyarrow and Pillow. Image i has at row y, column x the color (20 i, 16 y, 16 x).
"""
import base64
import io
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from PIL import Image

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources/parquet"
COUNT = 12
SIZE = 8
STRUCT = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def png(i):
    image = Image.new("RGB", (SIZE, SIZE))
    image.putdata([(20 * i, 16 * y, 16 * x) for y in range(SIZE) for x in range(SIZE)])
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


PNGS = [png(i) for i in range(COUNT)]
LABELS = [i % 3 for i in range(COUNT)]


def embedded(pngs):
    return pa.array([{"bytes": p, "path": f"{i}.png"} for i, p in enumerate(pngs)], STRUCT)


def write(name, columns, **options):
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    options = {"compression": "none", "store_schema": False, **options}
    pq.write_table(table, OUT / f"{name}.parquet", **options)


def hugging_face(names):
    label = {"names": names, "_type": "ClassLabel"}
    features = {"image": {"_type": "Image"}, "label": label}
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    return pa.table({"image": embedded(PNGS), "label": pa.array(LABELS)}).replace_schema_metadata(metadata)


class Kms(pe.KmsClient):
    def __init__(self, _):
        pe.KmsClient.__init__(self)

    def wrap_key(self, key, _):
        return base64.b64encode(key)

    def unwrap_key(self, key, _):
        return base64.b64decode(key)


def encrypted(name, **options):
    config = pe.EncryptionConfiguration(footer_key="k", column_keys={"k": ["image"]}, **options)
    factory = pe.CryptoFactory(Kms)
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), config)
    write(name, {"image": PNGS}, encryption_properties=properties)


def scattered(i, bits):
    return (i * 0x9E3779B97F4A7C15 % (1 << bits)) - (1 << bits - 1)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    plain = {"image": pa.array(PNGS), "label": pa.array(LABELS)}
    write("hugging_face", hugging_face(["owl", "cat", "newt", "yak"]), compression="snappy", row_group_size=5,
          store_schema=True)
    for codec in ("none", "snappy", "gzip", "zstd", "lz4"):
        for version in ("1.0", "2.0"):
            write(f"{codec}_v{version[0]}", plain, compression=codec, data_page_version=version, row_group_size=7)
    # Pages of two values.
    write("small_pages", plain, use_dictionary=False, data_page_size=1, write_batch_size=2, compression="zstd")
    write("dictionary", {"image": pa.array([PNGS[i % 3] for i in range(COUNT)]), "label": pa.array(LABELS)})
    write("delta_length", plain, use_dictionary=False,
          column_encoding={"image": "DELTA_LENGTH_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"})
    write("delta_bytes", plain, use_dictionary=False,
          column_encoding={"image": "DELTA_BYTE_ARRAY", "label": "DELTA_BINARY_PACKED"}, compression="snappy")
    write("checksums", plain, write_page_checksum=True, compression="snappy")
    write("nulls", {"image": embedded([None if i in (2, 7) else p for i, p in enumerate(PNGS)]),
                    "label": pa.array(LABELS)}, data_page_version="2.0", compression="snappy")
    write("paths", {"image": embedded([None] * COUNT)})
    write("no_labels", {"image": embedded(PNGS), "label": pa.array([-1] * COUNT)})
    write("some_labels", {"image": embedded(PNGS), "label": pa.array([1, None] + LABELS[2:])})
    write("names", {"jpg": pa.array(PNGS), "cls": pa.array([("owl", "cat")[i % 2] for i in range(COUNT)])})
    write("cifar100", {"img": embedded(PNGS), "fine_label": pa.array(LABELS, pa.uint8()),
                       "coarse_label": pa.array([0] * COUNT)})
    write("lists", {"image": pa.array([[p] for p in PNGS]), "label": pa.array(LABELS)})
    write("label_lists", {"image": pa.array(PNGS), "label": pa.array([[1]] * COUNT)})
    write("captions", {"image": pa.array(PNGS), "label": pa.array(["a caption " * 30] * COUNT)}, compression="zstd")
    write("several", {"before": embedded(PNGS), "after": embedded(PNGS)})
    write("masks", {"mask": embedded(PNGS[::-1]), "image": embedded(PNGS)})
    write("brotli", plain, compression="brotli")
    encrypted("encrypted")
    encrypted("encrypted_columns", plaintext_footer=True)
    required = pa.schema([pa.field("seed", pa.int64(), False), pa.field("label", pa.int32(), False),
                          pa.field("png", pa.binary(), False)])
    for part in range(2):
        rows = range(6 * part, 6 * part + 6)
        write(f"part-0000{part}-c000.snappy", pa.table([list(rows), [LABELS[i] for i in rows], [PNGS[i] for i in rows]],
                                                       schema=required), compression="snappy")
    numbers = range(1000)
    write("numbers", {
        "delta32": pa.array([scattered(i, 32) for i in numbers], pa.int32()),
        "delta64": pa.array([None if i % 7 == 3 else scattered(i, 64) for i in numbers], pa.int64()),
        "plain32": pa.array([scattered(i, 32) for i in numbers], pa.int32()),
        "few": pa.array([None if i // 100 % 2 else i % 5 for i in numbers], pa.int64())},
        use_dictionary=["few"], column_encoding={
            "delta32": "DELTA_BINARY_PACKED", "delta64": "DELTA_BINARY_PACKED", "plain32": "PLAIN"}, compression="zstd")


if __name__ == "__main__":
    main()
