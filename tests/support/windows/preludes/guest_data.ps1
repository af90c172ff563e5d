# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The JSON of the simulated guest as tables, for the stand-ins that change parts of its sections. Write-SimulatedGuest writes them back.

function Read-GuestTable { Get-Content -LiteralPath $env:SIMULATED_GUEST -Raw | ConvertFrom-Json -AsHashtable }

# A part of a table, which is created if there is none.
function Get-GuestPart {
    param($Table, [string]$Name, $Default = @{})
    if (-not $Table.ContainsKey($Name)) { $Table[$Name] = $Default }
    , $Table[$Name]
}
