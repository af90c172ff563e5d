# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Routes: "commands.routes", rows {DestinationPrefix, NextHop, InterfaceIndex}, those of the persistent store. Connections: "commands.connections",
# rows {LocalPort, State, OwningProcess}.

# https://learn.microsoft.com/powershell/module/nettcpip/get-netroute [D]; that an empty store is an error [K]
function Get-NetRoute {
    [CmdletBinding()] param([string]$PolicyStore)
    if ($PolicyStore -ne 'PersistentStore') { throw "no stand-in for the store $PolicyStore" }
    $routes = @(Get-SimulatedAnswer routes) -ne $null
    if ($routes.Count -eq 0) { Stop-NotFound 'No matching MSFT_NetRoute objects found by CIM query for enumerating instances of the class.' }
    $routes
}

# https://learn.microsoft.com/powershell/module/nettcpip/remove-netroute [D]
function Remove-NetRoute {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param([string]$DestinationPrefix, [uint32]$InterfaceIndex, [string]$NextHop, [string]$PolicyStore)
    if (-not $PSCmdlet.ShouldProcess($DestinationPrefix, 'Remove')) { return }
    $others = @(Get-SimulatedAnswer routes | Where-Object {
            $_.DestinationPrefix -ne $DestinationPrefix -or $_.InterfaceIndex -ne $InterfaceIndex -or $_.NextHop -ne $NextHop
        })
    Set-SimulatedAnswer routes $others
}

# https://learn.microsoft.com/powershell/module/nettcpip/get-nettcpconnection [D]
function Get-NetTCPConnection {
    [CmdletBinding()] param([string[]]$State)
    Get-SimulatedAnswer connections | Where-Object { -not $State -or $State -contains $_.State }
}
