"""Takes the C++ libraries and the headers of TensorFlow's C API out of its wheel: take.py WHEEL FOLDER."""

import shutil
import sys
import zipfile
from pathlib import Path

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
NOTICES = ("tensorflow/THIRD_PARTY_NOTICES.txt", "tensorflow/include/LICENSE")
HEADERS = tuple(
    f"tensorflow/include/{folder}/"
    for folder in (
        "tensorflow/c",
        "tensorflow/core/common_runtime/next_pluggable_device/c",
        "tensorflow/core/platform",
        "tsl",
        "xla/tsl",
    )
)


def place(name: str, folder: Path) -> "Path | None":
    if name in LIBRARIES:
        return folder / "lib" / Path(name).name
    if name in NOTICES:
        return folder / "notices" / Path(name).name
    if name.startswith(HEADERS) and name.endswith(".h"):
        return folder / "include" / name.removeprefix("tensorflow/include/")
    return None


def main(wheel: str, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        found = set(archive.namelist())
        missing = [name for name in LIBRARIES if name not in found]
        if missing:
            sys.exit(f"{wheel} has no {', '.join(missing)}")
        for name in sorted(found):
            target = place(name, folder)
            if target is None:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, target.open("wb") as sink:  # Reading to the end checks the CRC.
                shutil.copyfileobj(source, sink, 1 << 20)


main(sys.argv[1], Path(sys.argv[2]))
