# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Capabilities of Windows: "commands.capabilities" maps names to states.

# https://learn.microsoft.com/powershell/module/dism/get-windowscapability [D]
function Get-WindowsCapability {
    [CmdletBinding()] param([switch]$Online, [Parameter(Mandatory)][string]$Name)
    [pscustomobject]@{ Name = $Name; State = (Get-SimulatedAnswer capabilities $Name) }
}

# https://learn.microsoft.com/powershell/module/dism/add-windowscapability [D]; that it brings the service [K]
function Add-WindowsCapability {
    [CmdletBinding()] param([switch]$Online, [Parameter(Mandatory)][string]$Name)
    $guest = Read-SimulatedGuest
    $guest.commands.capabilities.$Name = 'Installed'
    $service = [pscustomobject]@{ status = 'Stopped'; start = 'Manual' }
    if (-not $guest.services.PSObject.Properties['sacsvr']) { $guest.services | Add-Member -MemberType NoteProperty -Name sacsvr -Value $service }
    Write-SimulatedGuest $guest
    [pscustomobject]@{ RestartNeeded = $false }
}
