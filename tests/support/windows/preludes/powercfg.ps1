# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Power schemes: "commands.powercfg" holds {active, timeouts: {scheme: seconds}}, and {words} for the language of the output.

# https://learn.microsoft.com/windows-hardware/design/device-experiences/powercfg-command-line-options [D]; the output [K]
function powercfg.exe {
    $power = Get-SimulatedAnswer powercfg
    $global:LASTEXITCODE = 0
    $words = if ($power.words) { $power.words } else { 'Power Scheme GUID', 'Minimum Possible Setting', 'Maximum Possible Setting', 'Possible Settings increment', 'Current AC Power Setting Index', 'Current DC Power Setting Index' }
    if ($args[0] -ne '/getactivescheme' -and -not $power.timeouts.PSObject.Properties[$args[1]]) { $global:LASTEXITCODE = 1; return }
    switch ($args[0]) {
        '/getactivescheme' { "$($words[0]): $($power.active)  (Balanced)" }
        '/setactive' { $power.active = $args[1]; Set-SimulatedAnswer powercfg $power }
        '/setacvalueindex' { $power.timeouts.($args[1]) = [int]$args[4]; Set-SimulatedAnswer powercfg $power }
        '/query' {
            "$($words[0]): $($args[1])"
            "    $($words[1]): 0x00000000"
            "    $($words[2]): 0xffffffff"
            "    $($words[3]): 0x00000001"
            "  $($words[4]): 0x{0:x8}" -f [int]$power.timeouts.($args[1])
            "  $($words[5]): 0x00000258"
        }
        default { throw "no stand-in for powercfg.exe $args" }
    }
}
