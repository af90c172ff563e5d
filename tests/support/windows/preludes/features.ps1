# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Roles and features of a server: the section "features", rows {name, display_name, installed, kind}; null on a client.

# https://learn.microsoft.com/powershell/module/servermanager/get-windowsfeature [D]
function Get-WindowsFeature {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name = '*')
    foreach ($row in (Read-SimulatedGuest).features) {
        if (-not ($Name | Where-Object { $row.name -like $_ })) { continue }
        [pscustomobject]@{
            Name = $row.name
            DisplayName = $row.display_name
            Installed = [bool]$row.installed
            InstallState = if ($row.installed) { 'Installed' } else { 'Available' }
            FeatureType = if ($row.kind) { $row.kind } else { 'Role' }
        }
    }
}

# https://learn.microsoft.com/powershell/module/nps/get-npsradiusclient [D]
function Get-NpsRadiusClient {
    [CmdletBinding()] param()
    Get-SimulatedAnswer 'Get-NpsRadiusClient'
}
