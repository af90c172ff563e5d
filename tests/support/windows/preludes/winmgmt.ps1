# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The repository of WMI: "commands.winmgmt" is the exit code of its check.

# https://learn.microsoft.com/windows/win32/wmisdk/winmgmt [D]; exit codes [K]
function winmgmt.exe {
    if ($args[0] -ne '/verifyrepository') { throw "no stand-in for winmgmt.exe $args" }
    $global:LASTEXITCODE = Get-SimulatedAnswer winmgmt
    'WMI-Repository ist konsistent'
}
