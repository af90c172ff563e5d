# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Removes persistent routes. Routes that are in use stay until the next restart, so that the connection of this run survives.
[CmdletBinding(SupportsShouldProcess)]
param([string[]]$Keep = @())
$ErrorActionPreference = 'Stop'
$changed = @()
$findings = @()
$routes = @()
try { $routes = @(Get-NetRoute -PolicyStore PersistentStore) }
catch {
    if ("$($_.CategoryInfo.Category)" -ne 'ObjectNotFound') {
        $findings += @{ id = 'routes'; what = "The persistent routes could not be read: $($_.Exception.Message)" }
    }
}
foreach ($route in $routes) {
    $text = "$($route.DestinationPrefix) via $($route.NextHop)"
    if ($Keep -contains $route.DestinationPrefix) {
        $findings += @{ id = 'routes'; what = "The persistent route $text was kept, as windows_prepare_keep_routes says." }
        continue
    }
    try {
        if ($PSCmdlet.ShouldProcess($text, 'Remove the persistent route')) {
            Remove-NetRoute -DestinationPrefix $route.DestinationPrefix -InterfaceIndex $route.InterfaceIndex -NextHop $route.NextHop -PolicyStore PersistentStore -Confirm:$false
        }
        $changed = @('routes')
    }
    catch { $findings += @{ id = 'routes'; what = "The persistent route $text could not be removed: $($_.Exception.Message)" } }
}
$Ansible.Changed = $changed.Count -gt 0
$Ansible.Result = @{ changed = $changed; findings = $findings }
