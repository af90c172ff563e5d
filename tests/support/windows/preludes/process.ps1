# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Processes: the section "processes", rows {name, id, started, cpu, busy}. cpu is the seconds of processor time, to which each look adds busy.

# https://learn.microsoft.com/powershell/module/microsoft.powershell.management/get-process [D]
function Get-Process {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name, [int[]]$Id)
    $guest = Read-SimulatedGuest
    $rows = @($guest.processes) -ne $null
    foreach ($row in $rows) { $row | Add-Member -MemberType NoteProperty -Name cpu -Value ([double]$row.cpu + [double]$row.busy) -Force }
    if ($rows.Count -gt 0) { Set-SimulatedSection processes $rows }
    $chosen = @($rows | Where-Object { (-not $Name -or $_.name -in $Name) -and (-not $Id -or $_.id -in $Id) })
    foreach ($row in $chosen) {
        $started = if ($row.started) { ([datetime]$row.started).ToLocalTime() }
        [pscustomobject]@{ ProcessName = $row.name; Name = $row.name; Id = $row.id; StartTime = $started; CPU = $row.cpu }
    }
    if ($chosen.Count -eq 0 -and ($Name -or $Id)) {
        Write-Error -Message "Cannot find a process with the name or id `"$Name$Id`"." -Category ObjectNotFound -ErrorId NoProcessFoundForGivenName
    }
}
