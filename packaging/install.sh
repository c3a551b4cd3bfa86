#!/bin/sh
# Installs or replaces the plant agent on this box. Run it as root in the unpacked archive.
#
# It makes the account and the directory, lays program, service and documents down, and starts the
# agent anew when it is enrolled already. It never touches what the agent has recorded.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
program=usr/local/bin/tl-edge
unit=etc/systemd/system/tl-edge.service
directory=/var/lib/tl-edge

if [ "$(id -u)" -ne 0 ]; then
    echo "请用 root 运行 (run this as root)" >&2
    exit 1
fi
if ! "$here/$program" --version >/dev/null 2>&1; then
    echo "本安装包不适用于这台机器:$(uname -m) (this package is for another machine)" >&2
    exit 1
fi
if ! command -v systemctl >/dev/null 2>&1; then
    echo "没有 systemd (no systemd): tl-edge launch --dir $directory 需自行守护" >&2
    exit 1
fi

if ! id tl-edge >/dev/null 2>&1; then
    useradd --system --home-dir "$directory" --shell /usr/sbin/nologin tl-edge
fi
install -d -o tl-edge -g tl-edge -m 700 "$directory"

# Beside and renamed: a power cut leaves the old program or the new one.
install -d /usr/local/bin /usr/share/doc/tltrace
install -m 755 "$here/$program" "/$program.new"
sync "/$program.new" 2>/dev/null || sync
mv -f "/$program.new" "/$program"
install -m 644 "$here/$unit" "/$unit"
for document in "$here"/usr/share/doc/tltrace/*; do
    install -m 644 "$document" /usr/share/doc/tltrace/
done
systemctl daemon-reload

if [ -f "$directory/device.json" ]; then
    systemctl enable tl-edge
    systemctl restart tl-edge
    echo "已更新并重新启动 (replaced and started anew): $("/$program" --version)"
else
    echo "已安装 (installed): $("/$program" --version)"
    echo "下一步:扫描登记二维码 (next: scan the enrolment code)"
    echo "  runuser -u tl-edge -- tl-edge enrol --dir $directory"
    echo "  systemctl enable --now tl-edge"
fi
