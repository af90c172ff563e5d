# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Services: the section "services", by name {status, start, refuses}.

# https://learn.microsoft.com/powershell/module/microsoft.powershell.management/get-service [D]
function Get-Service {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name)
    $services = Get-GuestPart (Read-GuestTable) 'services'
    foreach ($each in @($Name)) {
        $known = @($services.Keys | Where-Object { $_ -eq $each })
        foreach ($one in $known) { [pscustomobject]@{ Name = $one; Status = $services[$one].status; StartType = $services[$one].start } }
        if (-not $known) { Write-Error -Message "Cannot find any service with service name '$each'." -Category ObjectNotFound -ErrorId NoServiceFoundForGivenName }
    }
}

# https://learn.microsoft.com/powershell/module/microsoft.powershell.management/stop-service [D]
function Stop-Service {
    [CmdletBinding(SupportsShouldProcess)] param([Parameter(Mandatory, Position = 0)][string[]]$Name, [switch]$Force)
    foreach ($each in $Name) {
        if (-not $PSCmdlet.ShouldProcess($each)) { continue }
        $guest = Read-GuestTable
        $service = $guest.services.GetEnumerator() | Where-Object { $_.Key -eq $each }
        if ($service.Value.refuses) { throw $service.Value.refuses }
        $service.Value.status = 'Stopped'
        Write-SimulatedGuest $guest
    }
}
