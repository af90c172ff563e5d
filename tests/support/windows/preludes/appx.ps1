# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# AppX packages: rows in "commands" with the names of real properties.

# https://learn.microsoft.com/powershell/module/appx/get-appxpackage [D]
function Get-AppxPackage {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name = '*', [switch]$AllUsers, [string[]]$PackageTypeFilter = @('Main', 'Framework'))
    if (-not $AllUsers) { throw 'the simulated guest does not know the packages of one account' }
    foreach ($row in Get-SimulatedAnswer 'Get-AppxPackage') {
        $kind = if ($row.IsBundle) { 'Bundle' } elseif ($row.IsFramework) { 'Framework' } elseif ($row.IsResourcePackage) { 'Resource' } else { 'Main' }
        if ($row.Name -like $Name -and $kind -in $PackageTypeFilter) { $row }
    }
}

# https://learn.microsoft.com/powershell/module/dism/get-appxprovisionedpackage [D]
function Get-AppxProvisionedPackage {
    [CmdletBinding()] param([Parameter(Mandatory)][switch]$Online)
    Get-SimulatedAnswer 'Get-AppxProvisionedPackage'
}
