# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The JSON of the simulated guest for all stand-ins, and the power of the machine.

function Read-SimulatedGuest {
    [CmdletBinding()] param()
    Get-Content -LiteralPath $env:SIMULATED_GUEST -Raw | ConvertFrom-Json
}

function Write-SimulatedGuest {
    [CmdletBinding()] param([Parameter(Mandatory)]$Guest)
    $Guest | ConvertTo-Json -Depth 20 | Set-Content -LiteralPath $env:SIMULATED_GUEST -WhatIf:$false
}

# Sets a section of the JSON.
function Set-SimulatedSection {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$Name, $Value)
    $guest = Read-SimulatedGuest
    $guest | Add-Member -MemberType NoteProperty -Name $Name -Value $Value -Force
    Write-SimulatedGuest $guest
}

# https://learn.microsoft.com/powershell/module/microsoft.powershell.management/stop-computer [D]
function Stop-Computer {
    [CmdletBinding(SupportsShouldProcess)] param([switch]$Force)
    if ($PSCmdlet.ShouldProcess('localhost', 'Stop-Computer')) { Set-SimulatedSection power 'stopping' }
}

# https://learn.microsoft.com/powershell/module/microsoft.powershell.management/restart-computer [D]
function Restart-Computer {
    [CmdletBinding(SupportsShouldProcess)] param([switch]$Force)
    if ($PSCmdlet.ShouldProcess('localhost', 'Restart-Computer')) { Set-SimulatedSection power 'restarting' }
}

# https://learn.microsoft.com/windows-server/administration/windows-commands/shutdown [D]
# /a calls off a power-off. `shutdown` in the section `commands` is the exit code of a guest that refuses one [K].
function shutdown.exe {
    $global:LASTEXITCODE = 0
    $refused = (Read-SimulatedGuest).commands.shutdown
    if ($args -contains '/a') { Set-SimulatedSection power 'running' }
    elseif ($refused) { $global:LASTEXITCODE = $refused }
    elseif ($args -contains '/s') { Set-SimulatedSection power 'stopping' }
    elseif ($args -contains '/r') { Set-SimulatedSection power 'restarting' }
    else { throw "no stand-in for shutdown.exe $args" }
}
